"""What all verbs of a client have in common."""

from abc import ABC, abstractmethod

from tasuki.client.session import Session


class Verbs(ABC):
    """Some of what people can do; where it is done is up to the client."""

    @abstractmethod
    def _here(self) -> Session:
        """The parts that talk to the store, for who calls."""
