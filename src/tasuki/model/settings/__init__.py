"""What each part can be told by a setting, declared where the part and the program find it."""
