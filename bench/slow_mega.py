"""`python -m bench.slow_mega`: answers every bulk request 200 ms after it arrived, at little cost.

Prints its port. It believes everything: no token, quota or key is looked at, every row is created.
"""

import asyncio
import re

ANSWER_SECONDS = 0.2
_REF = re.compile(rb'"row_ref":"([^"]+)"')
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)")
_ROW = b'{"row_ref":"%s","status":"created","lead_id":"l-%s","errors":null}'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection's requests, one after the other."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1])) if length else b""
            await asyncio.sleep(ANSWER_SECONDS)
            rows = b",".join(_ROW % (ref, ref) for ref in _REF.findall(body))
            answer = b'{"dry_run":false,"results":[%s]}' % rows
            writer.write(_HEAD % len(answer) + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=2**22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
