package io.sommelier.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** One link without a socket: what it writes is collected, what it is to read is given, time is stepped. */
final class End implements LinkSink {
    static final Hello HELLO = Hello.of("c-1").build();
    static final Welcome WELCOME = new Welcome("ctl-1", "", "token-1");

    final Described handler = new Described();
    final TrackingAllocator allocator = new TrackingAllocator();
    final AtomicLong clock;
    final Link link;
    /** Runs when the link hands bytes over. */
    Runnable onWrite = () -> {};
    /** What the link is told when it wants another turn. */
    boolean flushesSoon;

    int writes;
    int flushesAsked;
    boolean socketClosed;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private End(LinkSettings settings, Hello hello, AtomicLong clock) {
        this.clock = clock;
        link = hello == null
                ? Link.ofController(settings, this, handler, allocator, clock::get)
                : Link.ofConnector(settings, this, handler, allocator, clock::get, hello);
    }

    static End controller() {
        return controller(LinkSettings.defaults(), new AtomicLong());
    }

    static End controller(LinkSettings settings, AtomicLong clock) {
        return new End(settings, null, clock);
    }

    static End connector(LinkSettings settings, Hello hello, AtomicLong clock) {
        return new End(settings, hello, clock);
    }

    /** A controller's end that has taken a hello, whose answer was thrown away. */
    static End activeController() {
        return activeController(LinkSettings.defaults());
    }

    static End activeController(LinkSettings settings) {
        End end = controller(settings, new AtomicLong());
        end.link.start();
        end.receive(helloBytes());
        end.link.welcome(WELCOME);
        end.takeWritten();
        end.handler.events.clear();
        return end;
    }

    /** A connector's end that was welcomed. */
    static End activeConnector() {
        return activeConnector(LinkSettings.defaults());
    }

    static End activeConnector(LinkSettings settings) {
        End end = connector(settings, HELLO, new AtomicLong());
        end.link.start();
        end.receive(welcomeBytes(settings));
        end.takeWritten();
        end.handler.events.clear();
        return end;
    }

    static byte[] helloBytes() {
        End connector = connector(LinkSettings.defaults(), HELLO, new AtomicLong());
        connector.link.start();
        return connector.takeWritten();
    }

    private static byte[] welcomeBytes(LinkSettings settings) {
        End controller = controller(settings, new AtomicLong());
        controller.link.start();
        controller.receive(helloBytes());
        controller.link.welcome(WELCOME);
        return controller.takeWritten();
    }

    @Override
    public void write(ByteBuf frames) {
        writes++;
        written.writeBytes(bytesOf(frames));
        frames.release();
        onWrite.run();
    }

    @Override
    public void close() {
        socketClosed = true;
    }

    @Override
    public boolean flushSoon() {
        flushesAsked++;
        return flushesSoon;
    }

    void receive(byte[] bytes) {
        ByteBuf buffer = Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
        try {
            link.receive(buffer);
        } finally {
            buffer.release();
        }
    }

    /** Reads one frame; see {@link Hex#frame}. */
    void receiveFrame(String hexAfterLength) {
        receive(Hex.frame(hexAfterLength));
    }

    /** What was written since the last call, after a flush. */
    byte[] takeWritten() {
        link.flush();
        return takeHandedOver();
    }

    /** What was handed over since the last call. */
    byte[] takeHandedOver() {
        byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    static byte[] bytesOf(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }
}
