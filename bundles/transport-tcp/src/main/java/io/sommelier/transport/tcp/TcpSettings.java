package io.sommelier.transport.tcp;

import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.List;

/**
 * The settings of a {@link TcpTransport}. Immutable.
 *
 * @param host the address it listens on; a name is looked up at the start
 * @param port the port it listens on; 0 for any free one, see {@link TcpTransport#localPort}
 * @param ioThreads the number of event loops, 1 to 256
 * @param maxChannels the most channels at once, 1 to 1 000 000; a connector above it is refused with OVERLOADED
 * @param sendQueueCapacity how many commands wait for one channel at most, 1 to 1 000 000
 * @param members connectors that listen and are to be dialled
 * @param dialFirst the wait before a member is dialled again for the first time, 10 ms to 1 h
 * @param dialMost what that wait grows to, at least {@code dialFirst}, at most 1 h
 * @param receiveBufferBytes the socket's receive buffer, 4 KiB to 16 MiB; 0 leaves it to the system
 * @param sendBufferBytes the socket's send buffer, 4 KiB to 16 MiB; 0 leaves it to the system
 * @param link the limits of each channel
 */
public record TcpSettings(
        String host,
        int port,
        int ioThreads,
        int maxChannels,
        int sendQueueCapacity,
        List<HostPort> members,
        Duration dialFirst,
        Duration dialMost,
        int receiveBufferBytes,
        int sendBufferBytes,
        LinkSettings link) {

    /** The port where none is set. */
    public static final int DEFAULT_PORT = 7007;

    private static final Duration LEAST_WAIT = Duration.ofMillis(10);
    private static final Duration MOST_WAIT = Duration.ofHours(1);

    /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
    public TcpSettings {
        members = List.copyOf(members);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty, allowed is a name or an address");
        }
        check("port", port, 0, 65535);
        check("ioThreads", ioThreads, 1, 256);
        check("maxChannels", maxChannels, 1, 1_000_000);
        check("sendQueueCapacity", sendQueueCapacity, 1, 1_000_000);
        check("dialFirst", dialFirst, LEAST_WAIT, MOST_WAIT);
        check("dialMost", dialMost, dialFirst, MOST_WAIT);
        checkBuffer("receiveBufferBytes", receiveBufferBytes);
        checkBuffer("sendBufferBytes", sendBufferBytes);
    }

    /**
     * Loopback, port 7007, one event loop for two cores, 10 000 channels, 4096 commands waiting for each, no members, a
     * dial wait of 500 ms to 30 s, the system's socket buffers, {@link LinkSettings#defaults}.
     */
    public static TcpSettings defaults() {
        return new TcpSettings(
                "127.0.0.1",
                DEFAULT_PORT,
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                10_000,
                4096,
                List.of(),
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                0,
                0,
                LinkSettings.defaults());
    }

    /** These settings, listening elsewhere. */
    public TcpSettings withAddress(String newHost, int newPort) {
        return new TcpSettings(
                newHost,
                newPort,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                members,
                dialFirst,
                dialMost,
                receiveBufferBytes,
                sendBufferBytes,
                link);
    }

    /** These settings with other bounds. */
    public TcpSettings withBounds(int newIoThreads, int newMaxChannels, int newSendQueueCapacity) {
        return new TcpSettings(
                host,
                port,
                newIoThreads,
                newMaxChannels,
                newSendQueueCapacity,
                members,
                dialFirst,
                dialMost,
                receiveBufferBytes,
                sendBufferBytes,
                link);
    }

    /** These settings with other members to dial. */
    public TcpSettings withMembers(List<HostPort> newMembers, Duration newDialFirst, Duration newDialMost) {
        return new TcpSettings(
                host,
                port,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                newMembers,
                newDialFirst,
                newDialMost,
                receiveBufferBytes,
                sendBufferBytes,
                link);
    }

    /** These settings with other buffers of each socket. */
    public TcpSettings withSocketBuffers(int newReceiveBufferBytes, int newSendBufferBytes) {
        return new TcpSettings(
                host,
                port,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                members,
                dialFirst,
                dialMost,
                newReceiveBufferBytes,
                newSendBufferBytes,
                link);
    }

    /** These settings with other limits of each channel. */
    public TcpSettings withLink(LinkSettings newLink) {
        return new TcpSettings(
                host,
                port,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                members,
                dialFirst,
                dialMost,
                receiveBufferBytes,
                sendBufferBytes,
                newLink);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }

    private static void checkBuffer(String name, int value) {
        if (value != 0) {
            check(name, value, 4 * 1024, 16 * 1024 * 1024);
        }
    }
}
