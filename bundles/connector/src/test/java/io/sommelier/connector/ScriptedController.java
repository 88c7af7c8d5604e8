package io.sommelier.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port on which connectors are accepted, one at a time, by the test. */
final class ScriptedController implements AutoCloseable {
    private static final int LIMIT_MILLIS = 10_000;

    private final ServerSocket listening;
    private final List<Socket> sockets = new ArrayList<>();

    ScriptedController() throws IOException {
        listening = new ServerSocket();
        listening.setReceiveBufferSize(64 * 1024);
        listening.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        listening.setSoTimeout(LIMIT_MILLIS);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    /** The next connector that dials, not read from yet. */
    ScriptedPeer acceptSilently() throws IOException {
        Socket socket = listening.accept();
        sockets.add(socket);
        return new ScriptedPeer(socket);
    }

    /** The next connector that dials. */
    ScriptedPeer accept() throws IOException {
        return acceptSilently().reading();
    }

    /** Whether nobody dials within so many milliseconds. */
    boolean staysAlone(int millis) throws IOException {
        listening.setSoTimeout(millis);
        try {
            accept();
            return false;
        } catch (SocketTimeoutException nobody) {
            return true;
        } finally {
            listening.setSoTimeout(LIMIT_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        listening.close();
    }
}
