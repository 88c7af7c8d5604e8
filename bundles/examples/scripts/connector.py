"""A connector in Python, over TCP, with nothing but the standard library:  python3 connector.py [HOST:PORT [TARGET]]"""
import asyncio, json, random, re, signal, struct, sys

ADDRESS, TARGET = (sys.argv[1:] + ["127.0.0.1:7007", "cellar"][len(sys.argv) - 1:])[:2]
INSTANCE = f"py-{random.getrandbits(32):08x}"


async def pour(payload):
    """What is yielded last ends the reply; what is yielded before is a part of a stream."""
    yield json.dumps({"instance": INSTANCE, "size": len(payload), "text": payload.decode(errors="replace")}).encode()


async def slow(payload):
    await asyncio.sleep(json.loads(payload)["millis"] / 1000)
    yield payload


async def count(payload):
    for n in range(1, json.loads(payload)["to"] + 1):
        yield b'{"n":%d}\n' % n
    yield b""


async def fail(payload):
    raise RuntimeError("this operation always fails")
    yield


async def health(payload):
    """How it is, when the controller asks: down if it raises, for that reason."""
    yield b"well"


OPERATIONS = {"pour": pour, "slow": slow, "count": count, "fail": fail, "sommelier.health": health}
HELLO, WELCOME, REFUSED, PING, PONG, DRAIN, GOODBYE = 1, 2, 3, 4, 5, 7, 8
COMMAND, DATA, COMPLETE, FAILED, CANCEL, CREDIT, CONTINUATION, MORE = 0x10, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 1
FLAGS = {WELCOME: 0, REFUSED: 0, PING: 0, PONG: 0, DRAIN: 0, GOODBYE: 0, COMMAND: 0xFF, CANCEL: 0, CREDIT: 0, CONTINUATION: MORE}
NORMAL, PROTOCOL_ERROR, LARGEST_PAYLOAD, LONGEST_MICROS = 1, 6, 8 << 20, 7 * 24 * 3600 * 10**6


class Violation(Exception):
    """The controller has sent what may not be."""


def name(text):
    return struct.pack(">B", len(text)) + text.encode()


def text(value):
    utf8 = value.encode()[:1000]
    return struct.pack(">H", len(utf8)) + utf8


class Fields:
    def __init__(self, body):
        self.body, self.at = body, 0

    def take(self, size):
        self.at += size
        return self.body[self.at - size:self.at]

    def number(self, code):
        return struct.unpack(">" + code, self.take(struct.calcsize(code)))[0]

    def name(self):
        return self.take(self.number("B")).decode()


class Work:
    """A command that has come, and what is still to come of it."""

    def __init__(self, link, stream, flags, fields):
        self.link, self.stream, self.task, self.refusal = link, stream, None, 0
        fields.take(16)  # id
        ttl = fields.number("Q")
        self.credit = fields.number("I")
        fields.take(1)
        self.operation = fields.name()
        for _ in range(3 + bool(flags & 8) + bool(flags & 16)):
            fields.name()
        fields.take(16 * bool(flags & 32))
        if flags & 128:  # source, principal, attempt
            fields.name()
            fields.take(fields.number("H"))
            fields.take(4)
        if flags & 64:
            fields.take(fields.number("H"))
        size = fields.number("I") if flags & MORE else 0
        self.payload, self.more_credit, self.is_whole = fields.take(len(fields.body)), asyncio.Event(), False
        if ttl > LONGEST_MICROS or not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._:-]*", self.operation):
            self.refusal = 100
        elif size > link.largest_payload:
            self.refusal = 101
        link.works[stream] = self
        if self.refusal:
            link.frames(FAILED, stream, struct.pack(">QHBB", 0, self.refusal, 2, 1) + text("it is not acceptable"))
        self.piece(b"", flags)

    def piece(self, piece, flags):
        if self.is_whole:
            raise Violation("a continuation of nothing")
        self.is_whole = not flags & MORE
        if self.refusal:
            self.is_whole and self.link.works.pop(self.stream, None)  # what came of it was skipped
        else:
            self.payload += piece
            if self.is_whole:
                self.task = asyncio.create_task(self.execute())

    async def execute(self):
        sent, last = 0, None
        try:
            if self.operation not in OPERATIONS:
                return self.end(FAILED, struct.pack(">QHBB", 0, 201, 1, 3) + text("there is no such operation"))
            async for part in OPERATIONS[self.operation](self.payload):
                if last is not None:
                    while self.credit <= 0:
                        self.more_credit.clear()
                        await self.more_credit.wait()
                    self.credit -= max(128, len(last))
                    await self.link.write(DATA, self.stream, struct.pack(">Q", sent), last)
                    sent += 1
                last = part
            self.end(COMPLETE, struct.pack(">Q", sent), last or b"")
        except Exception as failure:
            self.end(FAILED, struct.pack(">QHBB", sent, 400, 3, 8) + text(str(failure)))

    def end(self, kind, head, payload=b""):
        self.link.works.pop(self.stream, None)
        self.link.frames(kind, self.stream, head, payload)


class Link:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.works, self.highest = reader, writer, {}, 0
        self.largest, self.largest_payload = 64 << 10, LARGEST_PAYLOAD

    def frame(self, kind, flags, stream, body):
        self.writer.write(struct.pack(">IBBI", len(body) + 6, kind, flags, stream) + body)

    def frames(self, kind, stream, head, payload=b""):
        room = self.largest - 10
        if len(head) + len(payload) <= room:
            return self.frame(kind, 0, stream, head + payload)
        self.frame(kind, MORE, stream, head + struct.pack(">I", len(payload)))
        for start in range(0, len(payload), room):
            self.frame(CONTINUATION, MORE * (start + room < len(payload)), stream, payload[start:start + room])

    async def write(self, kind, stream, head, payload):
        self.frames(kind, stream, head, payload)
        await self.writer.drain()  # not faster than the socket takes it

    async def run(self, resume):
        """Until the link ends: the resume token, whether it was welcomed, whether to come back."""
        self.frame(HELLO, 0, 0, b"SOML\1\1\1" + struct.pack(">5I", 64 << 10, LARGEST_PAYLOAD, 8 << 10, 1 << 16, 10_000)
                   + name(INSTANCE) + name(TARGET) + struct.pack(">I", 256) + name(resume) + name("") + b"\0\0\0"
                   + struct.pack(">H", len(OPERATIONS)) + b"".join(map(name, OPERATIONS)))
        welcomed, pings = False, asyncio.create_task(self.ping())
        try:
            while True:
                limit = 20 if welcomed else 5  # two periods of silence, or a hello that nobody answers
                length = struct.unpack(">I", await asyncio.wait_for(self.reader.readexactly(4), limit))[0]
                if not 6 <= length <= self.largest - 4:
                    raise Violation(f"a length of {length}")
                kind, flags, stream = struct.unpack(">BBI", await self.reader.readexactly(6))
                fields = Fields(await self.reader.readexactly(length - 6))
                if kind >= 0x80:
                    continue
                if kind not in FLAGS or flags & ~FLAGS[kind] or (kind == WELCOME) == welcomed and kind not in (PING, PONG, REFUSED, GOODBYE):
                    raise Violation(f"type {kind}, flags {flags}")
                if (stream != 0) != (kind >= COMMAND) or kind in (PING, PONG) and len(fields.body) != 8:
                    raise Violation(f"type {kind}, stream {stream}, {len(fields.body)} bytes")
                if kind == PING:
                    self.frame(PONG, 0, 0, fields.body)
                elif kind == WELCOME:
                    fields.take(1)
                    self.largest, self.largest_payload = fields.number("I"), fields.number("I")
                    fields.take(12)
                    fields.name(), fields.name()
                    resume, welcomed = fields.name(), True
                elif kind in (REFUSED, GOODBYE):
                    return resume, welcomed, fields.body[2] == 1
                elif kind >= COMMAND:
                    self.on_stream(kind, flags, stream, fields)
        except Violation as violation:
            self.say_goodbye(PROTOCOL_ERROR, True, str(violation))
            return resume, welcomed, True
        except asyncio.CancelledError:  # asked to end
            await asyncio.wait([work.task for work in self.works.values() if work.task] or [asyncio.create_task(asyncio.sleep(0))], timeout=10)
            self.say_goodbye(NORMAL, False, "asked to end")
            return resume, welcomed, False
        except (OSError, EOFError, asyncio.TimeoutError):
            return resume, welcomed, True
        finally:
            pings.cancel()
            for work in self.works.values():
                work.task and work.task.cancel()
            self.writer.close()

    def on_stream(self, kind, flags, stream, fields):
        work, was_opened = self.works.get(stream), stream <= self.highest or self.highest >= 1 << 31
        if kind == COMMAND:
            if stream % 2 or work:
                raise Violation(f"a command on stream {stream}")
            self.highest = stream
            Work(self, stream, flags, fields)
        elif stream % 2 or not was_opened:
            raise Violation(f"a frame on stream {stream}, which was never opened")
        elif kind == CONTINUATION and work:
            work.piece(fields.body, flags)
        elif kind == CREDIT:
            credit = fields.number("I")
            if not 0 < credit < 1 << 31:
                raise Violation(f"a credit of {credit}")
            if work:
                work.credit += credit
                work.more_credit.set()
        elif kind == CANCEL and work:
            self.works.pop(stream).task and work.task.cancel()

    def say_goodbye(self, reason, comes_back, message):
        self.frame(GOODBYE, 0, 0, struct.pack(">HB", reason, comes_back) + text(message))

    async def ping(self):
        while True:
            await asyncio.sleep(10)
            self.frame(PING, 0, 0, bytes(8))


async def main():
    resume, pause, comes_back = "", 0.1, True
    while comes_back:
        try:
            host, port = ADDRESS.rsplit(":", 1)
            link = Link(*await asyncio.open_connection(host, int(port)))
            resume, welcomed, comes_back = await link.run(resume)
            pause = 0.1 if welcomed else pause
        except OSError as failure:
            print(f"{ADDRESS} cannot be reached: {failure}", file=sys.stderr)
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(2 * pause, 30)


async def run():
    connector = asyncio.create_task(main())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, connector.cancel)
    await asyncio.wait([connector])


asyncio.run(run())
