"""The store of one namespace: where all the parts that talk to it come from."""

from tasuki.model.retention import Retention
from tasuki.model.settings.worker import LeaseTerms
from tasuki.model.values.names import DEFAULT_NAMESPACE
from tasuki.store.acts.bulk import Bulk
from tasuki.store.acts.operator import Operator
from tasuki.store.address import Address
from tasuki.store.doorbell import Doorbell
from tasuki.store.feed import Feed
from tasuki.store.keys import Keyspace
from tasuki.store.lease import Lease
from tasuki.store.link.async_connection import AsyncConnection
from tasuki.store.link.connection import Connect
from tasuki.store.link.link import Link
from tasuki.store.looks.history import History
from tasuki.store.looks.large import LargeTexts
from tasuki.store.looks.listing import Listing
from tasuki.store.looks.reader import Reader
from tasuki.store.maintenance import Maintenance
from tasuki.store.probe import Probe
from tasuki.store.producer import Producer
from tasuki.store.safety import check_store
from tasuki.telemetry.event_log import logged
from tasuki.telemetry.events import Listeners


class Store:
    """Hands out the parts, each on the connection it needs, and closes them all.

    What happens is told to its `listeners`; without any that are given, the log is one.

    >>> store = Store("unix:///tmp/store.sock")
    >>> await store.check()
    >>> [ids] = await store.producer().enqueue([Submission([NewJob(type="email")])])
    >>> await store.close()
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        connect: Connect = AsyncConnection,
        listeners: Listeners | None = None,
    ) -> None:
        self.listeners = listeners or logged()
        self.address = Address(url)
        self.keyspace = Keyspace.of(namespace)
        self._connect = connect
        self._links: list[Link] = []
        self._shared: Link | None = None
        self._large: LargeTexts | None = None

    def anew(self) -> "Store":
        """The same store, with connections of its own, as for another event loop."""
        return Store(
            self.address.url,
            namespace=self.keyspace.namespace,
            connect=self._connect,
            listeners=self.listeners,
        )

    def link(self, name: str) -> Link:
        """A connection for a user of its own, such as `pump`, `bell` or `heartbeat`."""
        link = Link(self.address, self.keyspace, name, self._connect, self.listeners)
        self._links.append(link)
        return link

    @property
    def shared(self) -> Link:
        """The connection for calls that come now and then."""
        if self._shared is None:
            self._shared = self.link("shared")
        return self._shared

    async def check(self, *, allow_unsafe: bool = False) -> dict[str, str]:
        """Refuse a store that could lose jobs; see `safety.check_store`."""
        return await check_store(self.shared, allow_unsafe=allow_unsafe)

    def producer(self) -> Producer:
        """Makes jobs, on a connection of its own."""
        return Producer(self.link("producer"))

    def lease(self, terms: LeaseTerms | None = None, link: Link | None = None) -> Lease:
        """A new runner's side, with an identity of its own."""
        return Lease(link or self.link("pump"), terms or LeaseTerms())

    def doorbell(self, runner: str, link: Link | None = None) -> Doorbell:
        """A runner's doorbell, on a connection of its own."""
        return Doorbell(link or self.link("bell"), self.shared, runner)

    def feed(self) -> Feed:
        """The stream of events, on a connection of its own."""
        return Feed(self.link("feed"))

    def large(self, link: Link | None = None) -> LargeTexts:
        """Reads large data and results, on a connection of its own."""
        return LargeTexts(link or self.link("large"))

    def reader(self) -> Reader:
        """Looks at jobs, types and runners."""
        if self._large is None:
            self._large = self.large()
        return Reader(self.shared, self._large)

    def probe(self) -> Probe:
        """Looks at the store itself, on a connection of its own."""
        return Probe(self.link("health"))

    def listing(self) -> Listing:
        """Lists jobs in pages."""
        return Listing(self.shared)

    def history(self) -> History:
        """Reads the counters."""
        return History(self.shared)

    def operator(self, retention: Retention | None = None) -> Operator:
        """What people do to jobs and types."""
        return Operator(self.shared, retention)

    def bulk(self, retention: Retention | None = None) -> Bulk:
        """What people do to all jobs that match."""
        return Bulk(self.shared, self.operator(retention))

    def maintenance(self, terms: LeaseTerms | None = None) -> Maintenance:
        """The periodic work."""
        return Maintenance(self.shared, terms)

    async def close(self) -> None:
        """Close all connections."""
        for link in self._links:
            await link.close()
        self._links.clear()
        self._shared = None
        self._large = None
