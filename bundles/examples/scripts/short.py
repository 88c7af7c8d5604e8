"""A connector over WebSocket, with nothing but the standard library:  python3 short.py [HOST:PORT [TARGET]]"""
import base64, itertools, json, os, queue, random, socket, sys, threading, time
from functools import partial

ADDRESS, TARGET = (sys.argv[1:] + ["127.0.0.1:7008", "cellar"][len(sys.argv) - 1:])[:2]

OPERATIONS = {  # each gives texts: the last ends the reply, those before it are a stream; what it raises fails the command
    "pour": lambda text: [text],
    "slow": lambda text: [time.sleep(json.loads(text)["millis"] / 1000) or text],
    "count": lambda text: itertools.chain((f'{{"n":{n}}}\n' for n in range(1, json.loads(text)["to"] + 1)), [""]),
}

def given(command):
    if "json" in command:
        return json.dumps(command["json"])
    return command["text"] if "text" in command else base64.b64decode(command.get("base64", "")).decode(errors="replace")

def execute(command, credits, say):
    credit, sent, last = command["credit"], 0, None
    try:
        if command["operation"] not in OPERATIONS:
            return say(type="failed", code="UNKNOWN_OPERATION", outcome="NOT_SENT", stage="ROUTING")
        for text in OPERATIONS[command["operation"]](given(command)):
            if last is not None:
                while credit <= 0:
                    credit += credits.get()
                credit -= max(128, len(last.encode()))
                say(type="data", sequence=sent, text=last)
                sent += 1
            last = text
        say(type="complete", count=sent, text=last)
    except Exception as failure:
        say(type="failed", count=sent, message=str(failure))

def connect(me, wire):
    """Until the link ends: whether to come back."""
    read, lock, streams, text = wire.makefile("rb"), threading.RLock(), {}, b""
    def write(piece, head):  # a frame of a WebSocket, masked with zeros
        size = bytes([128 | len(piece)]) if len(piece) < 126 else b"\xfe" + len(piece).to_bytes(2, "big")
        wire.sendall(bytes([head]) + size + bytes(4) + piece)
    def send(**message):
        text = json.dumps(message).encode()
        with lock:
            for at in range(0, len(text), 65535):
                write(text[at:at + 65535], (at == 0) + 128 * (at + 65535 >= len(text)))
    def say(stream, **part):
        with lock:  # nothing behind a cancel, or behind the end
            stream in streams and send(stream=stream, **part)
            part["type"] == "data" or streams.pop(stream, None)
    key = base64.b64encode(os.urandom(16)).decode()
    wire.sendall("\r\n".join(["GET /sommelier HTTP/1.1", f"Host: {ADDRESS}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                              f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Protocol: sommelier.json.v1", "", ""]).encode())
    while read.readline().strip():
        pass
    send(type="hello", target=TARGET, operations=list(OPERATIONS), **me)
    while True:
        first, size = read.read(2)
        piece = read.read(int.from_bytes(read.read(2 if size == 126 else 8), "big") if size > 125 else size)
        if first & 8:
            if first & 15 in (8, 9):
                with lock:
                    write(piece, 0x88 if first & 15 == 8 else 0x8A)  # a close is answered with a close, a ping with a pong
            if first & 15 == 8:
                return True
            continue
        text += piece
        if first < 128:
            continue
        message, text = json.loads(text), b""
        kind, stream = message["type"], message.get("stream")
        if kind == "welcome":
            me["resume"] = message["resume"]
        elif kind == "ping":
            send(type="pong", token=message.get("token", 0))
        elif kind in ("refused", "goodbye"):
            return message["comeBack"]
        elif kind == "command":
            streams[stream] = queue.SimpleQueue()
            threading.Thread(target=execute, args=(message, streams[stream], partial(say, stream)), daemon=True).start()
        elif kind in ("credit", "cancel"):
            with lock:
                credits = streams.pop(stream, None) if kind == "cancel" else streams.get(stream)
                credits and credits.put(message.get("bytes", 1 << 31))

me, comes_back = {"instance": f"py-{os.urandom(4).hex()}"}, True
while comes_back:
    try:
        with socket.create_connection(ADDRESS.rsplit(":", 1)) as wire:
            comes_back = connect(me, wire)
    except (OSError, ValueError):  # cannot be reached, or has gone
        pass
    time.sleep(random.uniform(0.5, 1.5))
