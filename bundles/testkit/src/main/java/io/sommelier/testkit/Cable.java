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
 * Stands between a dialler and the port that it means. Held, it reads nothing, so that what is written fills the buffers of the sockets; cut, both ends see a reset, and nobody gets
 * through any more. Thread-safe.
 */
public final class Cable implements AutoCloseable {
    private static final int SMALL_BYTES = 16 * 1024;

    private final ServerSocket listening;
    private final int port;
    private final boolean shrinks;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
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

    private void accept() {
        try {
            while (true) {
                Socket near = keep(listening.accept());
                Socket far = keep(new Socket(InetAddress.getLoopbackAddress(), port));
                start(() -> copy(near, far));
                start(() -> copy(far, near));
            }
        } catch (IOException closed) {
            cut();
        }
    }

    private Socket keep(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        if (isCut) {
            reset(socket);
        }
        return socket;
    }

    private void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitRelease();
                out.write(buffer, 0, count);
            }
            to.shutdownOutput();
        } catch (IOException gone) {
            reset(from);
            reset(to);
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
            for (Socket socket : sockets) {
                socket.setReceiveBufferSize(SMALL_BYTES);
            }
        }
    }

    /** Passes on again what comes. */
    public synchronized void release() {
        isHeld = false;
        notifyAll();
    }

    private synchronized void awaitRelease() throws InterruptedException {
        while (isHeld) {
            wait();
        }
    }

    /** Resets every connection, and lets none through from now on. */
    public void cut() {
        isCut = true;
        sockets.forEach(Cable::reset);
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
