package io.sommelier.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for those who must know one before they listen. They lie below 32768: systems give those above to outgoing connections, so that one which is free now may be taken by any
 * connection of any test that runs meanwhile. Thread-safe.
 */
public final class FreePort {
    private static final int LEAST = 12_000;
    private static final int MOST = 32_000;

    private FreePort() {}

    /** One on which nobody listens on the loopback address now. */
    public static int next() {
        return ThreadLocalRandom.current()
                .ints(LEAST, MOST)
                .filter(FreePort::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
