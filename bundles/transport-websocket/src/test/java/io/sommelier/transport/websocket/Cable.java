package io.sommelier.transport.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a connector that dials a plain socket and a port of the WebSocket transport: what the connector says goes on in masked binary messages, and what comes back in
 * messages goes on without them. Held, it passes nothing on, so that what is written fills the buffers of the sockets; cut, both ends see a reset, and nobody gets through any
 * more. Thread-safe.
 */
final class Cable implements AutoCloseable {
    private static final int SMALL_BYTES = 16 * 1024;

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean isCut;
    private boolean isHeld; // under the lock

    /** Listens on any port of loopback, and leads to the port. */
    Cable(int port) throws IOException {
        this.port = port;
        start(this::accept);
    }

    int localPort() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (true) {
            Socket near;
            try {
                near = keep(listening.accept());
            } catch (IOException closed) {
                return;
            }
            start(() -> lead(near));
        }
    }

    private void lead(Socket near) {
        try {
            Socket far = keep(new Socket(InetAddress.getLoopbackAddress(), port));
            RawClient client = new RawClient(far);
            client.socket().setSoTimeout(0);
            if (!client.request(RawClient.request(port, "sommelier.v1")).startsWith("HTTP/1.1 101 ")) {
                throw new IOException("not upgraded");
            }
            start(() -> down(near, client));
            up(near, client);
        } catch (IOException gone) {
            reset(near);
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

    private void up(Socket near, RawClient client) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = near.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitRelease();
                client.send(RawClient.BINARY, java.util.Arrays.copyOf(buffer, count));
            }
        } catch (IOException gone) {
            reset(near);
            reset(client.socket());
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }

    private void down(Socket near, RawClient client) {
        try {
            OutputStream out = near.getOutputStream();
            RawClient.Frame frame = client.read();
            while (frame.opcode() != RawClient.CLOSE) {
                awaitRelease();
                out.write(frame.payload());
                frame = client.read();
            }
            near.shutdownOutput();
            client.send(RawClient.CLOSE, frame.payload());
        } catch (EOFException closed) {
            reset(near);
        } catch (IOException gone) {
            reset(near);
            reset(client.socket());
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }

    /** Passes nothing on in either direction, and soon takes nothing either. */
    void hold() throws IOException {
        synchronized (this) {
            isHeld = true;
        }
        for (Socket socket : sockets) {
            socket.setReceiveBufferSize(SMALL_BYTES);
        }
    }

    /** Passes on again what comes. */
    synchronized void release() {
        isHeld = false;
        notifyAll();
    }

    private synchronized void awaitRelease() throws InterruptedException {
        while (isHeld) {
            wait();
        }
    }

    /** Resets every connection, and lets none through from now on. */
    void cut() {
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
