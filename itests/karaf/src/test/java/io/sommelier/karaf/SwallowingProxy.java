package io.sommelier.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A network between a connector and a port of this machine, which can begin to swallow what is sent: nothing arrives, and nobody is told. Thread-safe. */
final class SwallowingProxy implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
    private final int to;

    SwallowingProxy(int to) throws IOException {
        this.to = to;
        start("accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on nothing passes on the connections that there are; those that come later are whole. */
    void swallow() {
        connections.forEach(connection -> connection.swallows = true);
    }

    private void accept() {
        try {
            while (true) {
                Connection connection =
                        new Connection(server.accept(), new Socket(InetAddress.getLoopbackAddress(), to));
                connections.add(connection);
                start("there", () -> connection.pass(connection.near, connection.far));
                start("back", () -> connection.pass(connection.far, connection.near));
            }
        } catch (IOException closed) {
            // by close()
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Connection connection : connections) {
            connection.near.close();
            connection.far.close();
        }
    }

    private static final class Connection {
        private final Socket near;
        private final Socket far;
        private volatile boolean swallows;

        Connection(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        void pass(Socket from, Socket to) {
            byte[] bytes = new byte[8192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                    if (!swallows) {
                        out.write(bytes, 0, read);
                    }
                }
                if (!swallows) {
                    to.close();
                }
            } catch (IOException lost) {
                // the other direction ends as well
            }
        }
    }
}
