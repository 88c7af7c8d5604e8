package io.sommelier.connector;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Welcome;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkHandler;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.LinkSink;
import io.sommelier.wire.OutStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The controller's end of one socket, which does what a test says: it answers nothing by itself. What comes is kept, to be asked for. Thread-safe: its lock stands for
 * the thread of the link.
 */
final class ScriptedPeer implements LinkHandler, LinkSink {
    /** A command that came from the connector. */
    record Taken(InStream stream, Command command, long initialCredit) {}

    private static final long LIMIT_SECONDS = 10;

    final BlockingQueue<Hello> hellos = new LinkedBlockingQueue<>();
    final BlockingQueue<Taken> commands = new LinkedBlockingQueue<>();
    final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> credits = new LinkedBlockingQueue<>();
    final BlockingQueue<String> cancels = new LinkedBlockingQueue<>();
    final BlockingQueue<Set<String>> operations = new LinkedBlockingQueue<>();
    final BlockingQueue<String> drains = new LinkedBlockingQueue<>();
    final BlockingQueue<Goodbye> ends = new LinkedBlockingQueue<>();

    private final Socket socket;
    private final Link link;
    private volatile boolean hasHello;

    ScriptedPeer(Socket socket) {
        this.socket = socket;
        LinkSettings settings = LinkSettings.defaults();
        link = Link.ofController(settings, this, this, UnpooledByteBufAllocator.DEFAULT, System::nanoTime);
        run(Link::start);
    }

    /** Reads what comes from now on. */
    ScriptedPeer reading() {
        Thread reader = new Thread(this::read, "scripted-peer");
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    /** Reads until a hello has come, and never again. */
    void readOnce() {
        byte[] buffer = new byte[64 * 1024];
        try {
            while (!hasHello) {
                int count = socket.getInputStream().read(buffer);
                ByteBuf bytes = Unpooled.wrappedBuffer(buffer, 0, Math.max(0, count));
                run(l -> l.receive(bytes));
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void read() {
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int count = socket.getInputStream().read(buffer); count >= 0; ) {
                ByteBuf bytes = Unpooled.wrappedBuffer(buffer, 0, count);
                run(l -> l.receive(bytes));
                count = socket.getInputStream().read(buffer);
            }
        } catch (IOException gone) {
            // told below
        }
        run(Link::socketClosed);
    }

    /** Does something with the link, and flushes it. */
    synchronized void run(Consumer<Link> task) {
        task.accept(link);
        link.flush();
    }

    /** Takes the connector in as soon as its hello has come. */
    Hello welcome(String resumeToken) throws InterruptedException {
        Hello hello = next(hellos);
        run(l -> l.welcome(new Welcome("node-1", hello.targetId(), resumeToken)));
        return hello;
    }

    /** Sends a command to the connector, with all credit of the world. */
    void send(Command command) {
        run(l -> l.send(command, command.ttlNanos(), Integer.MAX_VALUE, "guest-1", "ann", 1, command.id()));
    }

    void sendRaw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The next of what came; fails when nothing comes. */
    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + LIMIT_SECONDS + " s");
        }
        return next;
    }

    /** Resets the socket, without a goodbye. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    // --- the sink ---------------------------------------------------------------------------------------------

    @Override
    public void write(ByteBuf frames) {
        try {
            frames.readBytes(socket.getOutputStream(), frames.readableBytes());
        } catch (IOException gone) {
            // the reader tells the link
        } finally {
            frames.release();
        }
    }

    @Override
    public void close() {
        try {
            socket.shutdownOutput(); // and goes on reading, so that nothing is reset
        } catch (IOException gone) {
            // the reader tells the link
        }
    }

    // --- the handler ------------------------------------------------------------------------------------------

    @Override
    public void hello(Hello hello) {
        hasHello = true;
        hellos.add(hello);
    }

    @Override
    public void welcomed(Welcome welcome) {
        throw new AssertionError("a controller is not welcomed");
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        commands.add(new Taken(stream, command, initialCredit));
    }

    @Override
    public void credit(InStream stream, long bytes) {
        credits.add(bytes);
    }

    @Override
    public void cancelled(InStream stream, String reason) {
        cancels.add(reason);
    }

    @Override
    public void admitted(OutStream stream) {
        throw new AssertionError("a connector admits nothing");
    }

    @Override
    public void part(OutStream stream, Part part) {
        parts.add(part);
    }

    @Override
    public void lost(OutStream stream) {
        parts.add(Part.failed(io.sommelier.api.CommandError.executed("lost")).build());
    }

    @Override
    public void operations(Set<String> now) {
        operations.add(now);
    }

    @Override
    public void draining() {
        drains.add("drain");
    }

    @Override
    public void closed(Goodbye goodbye) {
        ends.add(goodbye);
    }
}
