from hypothesis import settings

# For a night: pytest tests/property --hypothesis-profile=long
settings.register_profile("long", max_examples=5_000)
