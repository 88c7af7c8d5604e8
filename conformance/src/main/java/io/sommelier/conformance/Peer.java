package io.sommelier.conformance;

import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A connection that the connector made, as its controller sees it. All but {@link #received}, {@link #unreadable} and {@link #ended}, which the I/O thread calls, is confined to one thread. Pings of
 * the connector are answered at once, unless it is mute; every frame is checked when it is looked at, whatever is waited for.
 */
final class Peer {
    private static final Frame END = new Frame(-1, 0, 0, new byte[0]);
    private static final Frame UNREADABLE = new Frame(-2, 0, 0, new byte[0]);
    private static final long FRAME_BEFORE_WELCOME = 64 << 10;

    /** More than any rule lets a connector send before it is looked at. */
    private static final int MOST_UNREAD = 100_000;

    /** The socket under it. */
    interface Socket {
        /**
         * Writes a frame, in order, from any thread.
         *
         * @throws NotChecked when the frame cannot be said here
         */
        void write(Frame frame);

        /**
         * Writes bytes that need not be a frame.
         *
         * @throws NotChecked when there are no bytes here
         */
        void writeBytes(byte[] bytes);

        /** Writes a frame of the WebSocket, where there is one. */
        void writeWebSocket(WebSocketFrame frame);

        /** Whether messages are whole, and heartbeats not the link's: the JSON form. */
        boolean isText();

        /** Closes without a word. */
        void close();
    }

    private final Socket socket;
    private final Duration limit;
    private final BlockingQueue<Frame> came = new LinkedBlockingQueue<>();
    private final AtomicInteger pings = new AtomicInteger();
    private volatile boolean isMute;
    private volatile Broken unreadable;
    private final Set<String> pongs = ConcurrentHashMap.newKeySet();
    private volatile int closeCode;

    private final Map<Integer, Reply> replies = new HashMap<>();
    private Hello hello;
    private Limits limits;
    private Set<String> operations = Set.of();
    private String target = "";
    private int nextStream = 2;
    private long nextToken = 1;
    private long lastPong;
    private boolean hasEnded;
    private Goodbye goodbye;

    /**
     * @param limit how long anything may take that has to come
     */
    Peer(Socket socket, Duration limit) {
        this.socket = socket;
        this.limit = limit;
    }

    // --- The I/O thread -----------------------------------------------------------------------------------

    /** A pong of the WebSocket came. */
    void ponged(String text) {
        pongs.add(text);
    }

    /** A close frame came; -1 for one without a code. */
    void closed(int code) {
        closeCode = code;
    }

    void received(Frame frame) {
        if (frame.type() == Frame.PING) {
            pings.incrementAndGet();
            if (!isMute && frame.body().length == 8) {
                socket.write(new Frame(Frame.PONG, 0, 0, frame.body()));
            }
        }
        if (came.size() < MOST_UNREAD) {
            came.add(frame);
        } else if (unreadable == null) {
            unreadable(new Broken("it sent more than %d frames, whatever its credit".formatted(MOST_UNREAD)));
            socket.close();
        }
    }

    void ended() {
        came.add(END);
    }

    /** What came is no frame. */
    void unreadable(Broken how) {
        unreadable = how;
        came.add(UNREADABLE);
    }

    // --- The hello ----------------------------------------------------------------------------------------

    Hello hello() {
        if (hello == null) {
            Frame first = next(limit);
            if (first == null) {
                throw new Broken("connected, and said nothing for " + limit.toSeconds() + " s");
            }
            if (first == END) {
                throw new Broken("connected, and hung up without a HELLO");
            }
            if (first.length() > FRAME_BEFORE_WELCOME) {
                throw new Broken("HELLO has %d bytes, allowed are 65536".formatted(first.length()));
            }
            hello = Hello.read(first);
            operations = hello.operations();
        }
        return hello;
    }

    /** Answers the hello. */
    Peer welcome(Limits most, String token, byte[] behindLastField) {
        hello();
        limits = (socket.isText() ? most.withoutFrames() : most).smallerOf(hello.limits());
        target = hello.target();
        Bytes body =
                limits.write(new Bytes().u8(1)).u32(10_000).name("conformance").name(target);
        send(Frame.of(Frame.WELCOME, body.name(token).raw(behindLastField)));
        return this;
    }

    void refuse(boolean comeBack) {
        hello();
        send(new Goodbye(Goodbye.OVERLOADED, comeBack, "this is a test").frame(Frame.REFUSED));
    }

    // --- Sending ------------------------------------------------------------------------------------------

    void send(Frame frame) {
        socket.write(frame);
    }

    void sendBytes(byte[] bytes) {
        socket.writeBytes(bytes);
    }

    /** Sends a frame of the WebSocket, in order. */
    void sendWebSocket(WebSocketFrame frame) {
        socket.writeWebSocket(frame);
    }

    /** Sends a text message, whatever is in it. */
    void sendText(String text) {
        socket.writeWebSocket(new TextWebSocketFrame(text));
    }

    int newStream() {
        int stream = nextStream;
        nextStream += 2;
        return stream;
    }

    /** Sends a command whose operation is served; a rule that needs another operation than those is not checked. */
    Reply send(Draft draft) {
        return send(draft, newStream());
    }

    Reply send(Draft draft, int stream) {
        Reply reply = expect(stream, draft.credit());
        if (draft.payloadBytes() > 8 << 10 && !socket.isText()) {
            draft.split(stream, target).forEach(this::send);
        } else {
            send(draft.whole(stream, target));
        }
        return reply;
    }

    /** Expects a reply on a stream, whose command is written by the caller. */
    Reply expect(int stream, long credit) {
        Reply reply = new Reply(stream, credit, limits);
        replies.put(stream, reply);
        return reply;
    }

    void credit(Reply reply, long bytes) {
        reply.give(bytes);
        send(Frame.ofStream(Frame.CREDIT, reply.stream(), new Bytes().u32(bytes)));
    }

    void cancel(Reply reply) {
        reply.cancelled();
        send(Frame.ofStream(Frame.CANCEL, reply.stream(), new Bytes().text("no longer wanted")));
    }

    /** Closes without a word. */
    void drop() {
        socket.close();
    }

    /** From now on answers no ping. */
    void mute() {
        isMute = true;
    }

    // --- Waiting ------------------------------------------------------------------------------------------

    /** The operations it serves now. */
    Set<String> operations() {
        return operations;
    }

    /** The name of the target, as a command to it says. */
    String target() {
        return target;
    }

    /** Whether it speaks the JSON form, whose heartbeats are those of the WebSocket. */
    boolean isText() {
        return socket.isText();
    }

    void needs(String operation) {
        if (!operations.contains(operation)) {
            throw new NotChecked("it does not serve the operation " + operation);
        }
    }

    /** Waits for the end of a command. */
    Terminal end(Reply reply) {
        await("the end of a command", () -> reply.terminal() != null);
        return reply.terminal();
    }

    /** Waits for the answer of the operation that answers with what it got. */
    void endsWith(Reply reply, String text) {
        Terminal end = end(reply);
        end.mustBeComplete();
        if (!new String(end.payload(), StandardCharsets.UTF_8).contains(text)) {
            throw new Broken("a text of %d characters that it got is not in its answer of %d bytes"
                    .formatted(text.length(), end.payload().length));
        }
    }

    /** Waits until so many parts are there. */
    void parts(Reply reply, int count) {
        await(
                "part %d of a stream that has credit".formatted(count),
                () -> reply.data().size() >= count);
    }

    /** Pings, and waits for the answer: what was sent before has been read by the connector. */
    void ping() {
        long token = nextToken++;
        send(Frame.ping(token));
        await("the PONG", () -> lastPong >= token);
    }

    /** The link is still whole: a ping is answered, and a command too if it serves one that is known. */
    void isWhole() {
        ping();
        if (operations.contains("pour")) {
            end(send(new Draft("pour").payload("still there?"))).mustBeComplete();
        }
    }

    /** Looks at what comes for a while: nothing of it may break a rule. */
    void watch(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (!hasEnded && System.nanoTime() - until < 0) {
            look(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
    }

    /** Waits for what has to come. */
    void await(String what, BooleanSupplier isThere) {
        long until = System.nanoTime() + limit.toNanos();
        while (!isThere.getAsBoolean()) {
            if (hasEnded) {
                throw new Broken("%s did not come, the link ended%s"
                        .formatted(what, goodbye == null ? " without GOODBYE" : ": " + goodbye));
            }
            if (System.nanoTime() - until >= 0) {
                throw new Broken("%s did not come within %d s".formatted(what, limit.toSeconds()));
            }
            look(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
    }

    /** Waits for a pong of the WebSocket with that text. */
    void pong(String text) {
        await("the pong of the WebSocket", () -> pongs.contains(text));
    }

    /** The code of the close frame that came; 0 for none, -1 for one without a code. */
    int closeCode() {
        return closeCode;
    }

    /** Waits for the end of the connection, as long as for anything. */
    Optional<Goodbye> untilEnd() {
        return untilEnd(limit);
    }

    /** Waits for the end of the connection; gives what was said before it, if anything was. */
    Optional<Goodbye> untilEnd(Duration most) {
        long until = System.nanoTime() + most.toNanos();
        while (!hasEnded) {
            if (System.nanoTime() - until >= 0) {
                throw new Broken("the connection is still open after %d s".formatted(most.toSeconds()));
            }
            look(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        }
        return Optional.ofNullable(goodbye);
    }

    boolean hasEnded() {
        return hasEnded || came.contains(END);
    }

    int pings() {
        return pings.get();
    }

    private void look(Duration most) {
        Frame frame = next(most);
        if (frame == END) {
            hasEnded = true;
        } else if (frame != null) {
            check(frame);
        }
    }

    private Frame next(Duration most) {
        try {
            Frame frame = came.poll(most.toNanos(), TimeUnit.NANOSECONDS);
            if (frame == UNREADABLE) {
                throw unreadable;
            }
            return frame;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void check(Frame frame) {
        long most = limits == null ? FRAME_BEFORE_WELCOME : limits.frame();
        if (frame.length() > most) {
            throw new Broken("%s has %d bytes, agreed are %d".formatted(frame.name(), frame.length(), most));
        }
        if (goodbye != null) {
            throw new Broken(frame.name() + " behind GOODBYE");
        }
        if (frame.type() >= Frame.FIRST_IGNORABLE) {
            return;
        }
        if (limits == null && !Set.of(Frame.PING, Frame.PONG, Frame.GOODBYE).contains(frame.type())) {
            throw new Broken(frame.name() + " before the WELCOME");
        }
        switch (frame.type()) {
            case Frame.PING -> new Fields(ofLink(frame)).u64("token");
            case Frame.PONG -> pong(frame);
            case Frame.OPERATIONS -> operations(frame);
            case Frame.DRAIN -> new Fields(ofLink(frame)).end();
            case Frame.GOODBYE -> goodbye = Goodbye.read(ofLink(frame));
            case Frame.COMMAND -> command(frame);
            case Frame.CREDIT, Frame.CANCEL -> ofConnector(frame);
            case Frame.ACCEPTED, Frame.DATA, Frame.COMPLETE, Frame.FAILED, Frame.CONTINUATION -> reply(frame);
            default -> throw new Broken("a connector does not send " + frame.name());
        }
    }

    private static Frame ofLink(Frame frame) {
        if (frame.flags() != 0 || frame.stream() != 0) {
            throw new Broken(frame.name() + ": flags and stream have to be 0");
        }
        return frame;
    }

    private static void ofConnector(Frame frame) {
        if ((frame.stream() & 1) == 0) {
            throw new Broken("%s for stream %s, whose command it did not send"
                    .formatted(frame.name(), Integer.toUnsignedString(frame.stream())));
        }
    }

    private void pong(Frame frame) {
        Fields fields = new Fields(ofLink(frame));
        long token = fields.u64("token");
        fields.end();
        if (token != lastPong + 1) {
            throw new Broken("PONG has token %d, expected is %d".formatted(token, lastPong + 1));
        }
        lastPong = token;
        if (token == nextToken - 1) {
            cancelsWereRead();
        }
    }

    /** The connector answers in order: all that was sent before the newest ping has been read. */
    private void cancelsWereRead() {
        replies.values().stream().filter(Reply::isCancelled).forEach(Reply::cancelWasRead);
    }

    private void operations(Frame frame) {
        if (target.isEmpty()) {
            throw new Broken("OPERATIONS of a connector that serves no target");
        }
        Fields fields = new Fields(ofLink(frame));
        operations = Hello.operations(fields);
        fields.end();
    }

    /** One of its own commands: nobody is here who could execute it. */
    private void command(Frame frame) {
        ofConnector(frame);
        if (frame.has(Draft.DELIVERED)) {
            throw new Broken("COMMAND: only a controller may set the flag DELIVERED");
        }
        send(Frame.ofStream(
                Frame.FAILED,
                frame.stream(),
                new Bytes().u64(0).u16(200).u8(1).u8(3).text("the conformance kit executes nothing")));
    }

    private void reply(Frame frame) {
        Reply reply = replies.get(frame.stream());
        if (reply == null) {
            if ((frame.stream() & 1) == 1 && frame.type() == Frame.CONTINUATION) {
                return; // of a command of its own, which was answered before it was whole
            }
            throw new Broken("%s on stream %s, on which no command was sent"
                    .formatted(frame.name(), Integer.toUnsignedString(frame.stream())));
        }
        reply.take(frame);
    }
}
