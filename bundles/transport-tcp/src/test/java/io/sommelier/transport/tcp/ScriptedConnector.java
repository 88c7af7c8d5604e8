package io.sommelier.transport.tcp;

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
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The connector's end of one socket, which does what a test says: it says hello, and nothing more by itself. It reads only when it is told to. Thread-safe: its lock
 * stands for the thread of the link.
 */
final class ScriptedConnector implements LinkHandler, LinkSink, AutoCloseable {
    /** A command that came from the controller. */
    record Taken(InStream stream, Command command) {}

    private static final long LIMIT_SECONDS = 10;

    final BlockingQueue<Welcome> welcomes = new LinkedBlockingQueue<>();
    final BlockingQueue<Taken> commands = new LinkedBlockingQueue<>();
    final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    final BlockingQueue<Long> credits = new LinkedBlockingQueue<>();
    final BlockingQueue<String> cancels = new LinkedBlockingQueue<>();
    final BlockingQueue<Goodbye> ends = new LinkedBlockingQueue<>();

    private static final byte PING = 4;

    private final Socket socket;
    private final Link link;

    /** Dials the port and says hello. */
    ScriptedConnector(int port, Hello hello) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        link = Link.ofConnector(
                LinkSettings.defaults(), this, this, UnpooledByteBufAllocator.DEFAULT, System::nanoTime, hello);
        run(Link::start);
    }

    /** Reads what comes from now on. */
    ScriptedConnector reading() {
        Thread reader = new Thread(this::read, "scripted-connector");
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    /** Reads until it is welcome, and never again. */
    void readWelcome() throws IOException {
        byte[] buffer = new byte[1024];
        while (welcomes.isEmpty()) {
            int count = socket.getInputStream().read(buffer);
            run(l -> l.receive(Unpooled.wrappedBuffer(buffer, 0, Math.max(0, count))));
        }
    }

    /** Reads what is left until the controller has closed the socket, answers none of it, and counts the pings. */
    int pingsUntilTheEnd() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int pings = 0;
        try {
            while (true) {
                byte[] frame = in.readNBytes(in.readInt());
                pings += frame[0] == PING ? 1 : 0;
            }
        } catch (EOFException end) {
            return pings;
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
    void vanish() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        throw new AssertionError("a connector gets no hello");
    }

    @Override
    public void welcomed(Welcome welcome) {
        welcomes.add(welcome);
    }

    @Override
    public void command(
            InStream stream, Command command, long initialCredit, String source, String principal, int attempt) {
        commands.add(new Taken(stream, command));
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
        // asked for by no test
    }

    @Override
    public void part(OutStream stream, Part part) {
        parts.add(part);
    }

    @Override
    public void lost(OutStream stream) {
        // told by the end
    }

    @Override
    public void operations(Set<String> operations) {
        throw new AssertionError("a controller tells no operations");
    }

    @Override
    public void draining() {
        // asked for by no test
    }

    @Override
    public void closed(Goodbye goodbye) {
        ends.add(goodbye);
    }
}
