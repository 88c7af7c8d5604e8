package io.sommelier.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a dialler and the port that it means. Held, it reads nothing, so that what is written fills the buffers of the sockets; silent, it loses for ever what is said on the connections
 * there are, their end included; cut, both ends see a reset, and nobody gets through any more. Thread-safe.
 */
public final class Cable implements AutoCloseable {
    private static final int SMALL_BYTES = 16 * 1024;

    private final ServerSocket listening;
    private final int port;
    private final boolean shrinks;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private volatile boolean isCut;
    private boolean isHeld; // under the lock

    /** Listens on {@code localPort}, 0 for any, and leads to {@code port}, both of loopback. */
    public Cable(int localPort, int port) throws IOException {
        this(localPort, port, true);
    }

    /**
     * As the other one.
     *
     * @param shrinks whether the buffers get small while it is held; they fill the sooner, and may empty slowly: with a window below a segment the system sends one each 200 ms
     */
    public Cable(int localPort, int port, boolean shrinks) throws IOException {
        this.port = port;
        this.shrinks = shrinks;
        listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), localPort));
        start(this::accept);
    }

    /** Where it listens. */
    public int localPort() {
        return listening.getLocalPort();
    }

    /** The two sockets of one connection. */
    private static final class Connection {
        final Socket near;
        final Socket far;
        volatile boolean isSilent;

        Connection(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        void reset() {
            Cable.reset(near);
            Cable.reset(far);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listening.accept();
                near.setTcpNoDelay(true);
                Connection connection = new Connection(near, reach(near));
                connections.add(connection);
                if (isCut) {
                    connection.reset();
                }
                start(() -> copy(connection, near, connection.far));
                start(() -> copy(connection, connection.far, near));
            }
        } catch (IOException closed) {
            cut();
        }
    }

    /** To where the cable leads; where nobody is, who dialled is told. */
    private Socket reach(Socket near) throws IOException {
        try {
            Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
            far.setTcpNoDelay(true);
            return far;
        } catch (IOException nobody) {
            reset(near);
            throw nobody;
        }
    }

    private void copy(Connection connection, Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitRelease(connection);
                if (connection.isSilent) {
                    return;
                }
                out.write(buffer, 0, count);
            }
            if (!connection.isSilent) {
                to.shutdownOutput();
            }
        } catch (IOException gone) {
            if (!connection.isSilent) {
                connection.reset();
            }
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }

    /** Passes nothing on in either direction, and soon takes nothing either. */
    public void hold() throws IOException {
        synchronized (this) {
            isHeld = true;
        }
        if (shrinks) {
            for (Connection connection : connections) {
                connection.near.setReceiveBufferSize(SMALL_BYTES);
                connection.far.setReceiveBufferSize(SMALL_BYTES);
            }
        }
    }

    /** Passes on again what comes. */
    public synchronized void release() {
        isHeld = false;
        notifyAll();
    }

    private synchronized void awaitRelease(Connection connection) throws InterruptedException {
        while (isHeld && !connection.isSilent) {
            wait();
        }
    }

    /** Loses what is said on the connections there are, from now on and for ever, and their end: neither side hears of the other any more. New ones are as before. */
    public synchronized void silence() {
        connections.forEach(connection -> connection.isSilent = true);
        notifyAll();
    }

    /** As {@link #silence}, but that one side, the dialler or who listens, sees its end of them break. */
    public void strand(boolean isDialler) {
        silence();
        connections.forEach(connection -> reset(isDialler ? connection.near : connection.far));
    }

    /** Whether a connection of it was silenced. */
    public boolean isSilent() {
        return connections.stream().anyMatch(connection -> connection.isSilent);
    }

    /** Resets every connection, and lets none through from now on. */
    public void cut() {
        isCut = true;
        connections.forEach(Connection::reset);
        release();
        close();
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closed) {
            // that is what was wanted
        }
    }

    /** Lets no new connection through; those there are go on. */
    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException closed) {
            // that is what was wanted
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }
}
