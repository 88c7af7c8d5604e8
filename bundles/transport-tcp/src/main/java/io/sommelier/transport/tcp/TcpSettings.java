package io.sommelier.transport.tcp;

import io.sommelier.spi.SettingsReader;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
 * @param tls TLS of the sockets that are accepted, and of those that are dialled
 * @param tlsDial whether members are dialled with TLS
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
        LinkSettings link,
        TlsSettings tls,
        boolean tlsDial) {

    /** The PID of these settings. */
    public static final String PID = "io.sommelier.transport.tcp";

    /** The port where none is set. */
    public static final int DEFAULT_PORT = 7007;

    private static final Duration LEAST_WAIT = Duration.ofMillis(10);
    private static final Duration MOST_WAIT = Duration.ofHours(1);
    private static final Duration LEAST_TIME = Duration.ofMillis(100);
    private static final Duration MOST_TIME = Duration.ofMinutes(10);

    /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
    public TcpSettings {
        members = List.copyOf(members);
        Objects.requireNonNull(tls, "tls");
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
     * dial wait of 500 ms to 30 s, the system's socket buffers, {@link LinkSettings#defaults}, no TLS.
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
                LinkSettings.defaults(),
                TlsSettings.OFF,
                false);
    }

    /**
     * Reads the settings by their names, {@code dial} for the members; those that are not there have their default.
     *
     * @throws IllegalArgumentException naming every violation: key, value and allowed range
     */
    public static TcpSettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        TcpSettings defaults = defaults();
        LinkSettings link = defaults.link;
        int frame = reader.integer("maxFrameBytes", link.maxFrameBytes(), 16 << 10, 16 << 20);
        int header = reader.integer("maxHeaderBytes", link.maxHeaderBytes(), 0, Math.min(frame / 2, 65_535));
        Duration first = reader.duration("dialFirst", defaults.dialFirst, LEAST_WAIT, MOST_WAIT);
        Duration most = reader.duration("dialMost", defaults.dialMost, LEAST_WAIT, MOST_WAIT);
        if (most.compareTo(first) < 0) {
            reader.violation("dialMost = " + most.toMillis() + "ms (allowed: at least dialFirst, which is "
                    + first.toMillis() + "ms)");
        }
        String host = reader.text("host", defaults.host);
        if (host.isBlank()) {
            reader.violation("host = (allowed: a name or an address)");
        }
        int port = reader.integer("port", DEFAULT_PORT, 0, 65535);
        int ioThreads = reader.integer("ioThreads", defaults.ioThreads, 1, 256);
        int maxChannels = reader.integer("maxChannels", defaults.maxChannels, 1, 1_000_000);
        int sendQueueCapacity = reader.integer("sendQueueCapacity", defaults.sendQueueCapacity, 1, 1_000_000);
        List<HostPort> members = members(reader);
        int receiveBuffer = buffer(reader, "receiveBufferBytes");
        int sendBuffer = buffer(reader, "sendBufferBytes");
        int message = reader.integer("maxMessageBytes", link.maxMessageBytes(), 1 << 10, 1 << 30);
        int streams = reader.integer("maxStreams", link.maxStreams(), 1, 1_000_000);
        long assembly = reader.number("maxAssemblyBytes", link.maxAssemblyBytes(), 1, 1L << 40);
        Duration hello = reader.duration("helloLimit", link.helloLimit(), LEAST_TIME, MOST_TIME);
        Duration heartbeat = reader.duration("heartbeat", link.heartbeat(), LEAST_TIME, MOST_TIME);
        TlsSettings tls = TlsSettings.read(reader);
        boolean tlsDial = reader.flag("tlsDial", defaults.tlsDial);
        reader.check();
        return new TcpSettings(
                host,
                port,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                members,
                first,
                most,
                receiveBuffer,
                sendBuffer,
                new LinkSettings(frame, message, header, streams, assembly, hello, heartbeat),
                tls,
                tlsDial);
    }

    private static List<HostPort> members(SettingsReader reader) {
        List<HostPort> members = new ArrayList<>();
        for (String word : reader.text("dial", "").split(",")) {
            if (!word.isBlank()) {
                try {
                    members.add(HostPort.parse(word));
                } catch (IllegalArgumentException e) {
                    reader.violation("dial = " + word.trim() + " (allowed: host:port or [IPv6]:port, and commas)");
                }
            }
        }
        return members;
    }

    private static int buffer(SettingsReader reader, String key) {
        int bytes = reader.integer(key, 0, 0, 16 << 20);
        if (bytes != 0 && bytes < 4 << 10) {
            reader.violation(key + " = " + bytes + " (allowed: 0, or 4096 to 16777216)");
        }
        return bytes;
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
                link,
                tls,
                tlsDial);
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
                link,
                tls,
                tlsDial);
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
                link,
                tls,
                tlsDial);
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
                link,
                tls,
                tlsDial);
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
                newLink,
                tls,
                tlsDial);
    }

    /** These settings with other TLS, of accepted sockets and, if so, of members that are dialled. */
    public TcpSettings withTls(TlsSettings newTls, boolean newTlsDial) {
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
                link,
                newTls,
                newTlsDial);
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
