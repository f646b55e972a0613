"""A bounded load on a loopback server: clients that keep their connections, and what they saw."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Seen:
    """What one run saw: how many answers a second, latencies in ms, and answers that were not as wanted."""

    per_second: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: int = 0

    def percentile(self, part: int) -> float:
        """Give the latency in ms that *part* percent of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * part // 100)] if ordered else 0.0


Request = tuple[str, str, str | None, dict[str, str]]


def once(port: int, request: Request) -> int:
    """Send one request on a connection of its own, as a household does; give its status, 0 where none came."""
    method, path, body, headers = request
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def run(port: int, requests: Callable[[int], list[Request]], clients: int, good: tuple[int, ...] = (200,)) -> Seen:
    """Let each client send its list of requests, one after another, and measure."""
    seen = Seen()
    lists = [requests(number) for number in range(clients)]
    lock, gate = threading.Lock(), threading.Barrier(clients + 1)

    def one(mine: list[Request]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        times, wrong = [], 0
        gate.wait()
        for method, path, body, headers in mine:
            begun = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            times.append((time.perf_counter() - begun) * 1000)
            wrong += answer.status not in good
        connection.close()
        with lock:
            seen.latencies.extend(times)
            seen.wrong += wrong

    threads = [threading.Thread(target=one, args=(mine,)) for mine in lists]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seen.per_second = sum(map(len, lists)) / (time.perf_counter() - begun)
    return seen
