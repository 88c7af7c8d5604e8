package io.sommelier.transport.websocket;

import io.sommelier.spi.SettingsReader;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * The settings of a {@link WebSocketTransport}. Immutable.
 *
 * @param host the address it listens on; a name is looked up at the start
 * @param port the port it listens on; 0 for any free one, see {@link WebSocketTransport#localPort}
 * @param path the path that is upgraded, from its slash on; all others are not found
 * @param origins from which web pages it is dialled, beside those of its own host
 * @param ioThreads the number of event loops, 1 to 256
 * @param maxChannels the most channels at once, 1 to 1 000 000; a connector above it is refused with OVERLOADED
 * @param sendQueueCapacity how many commands wait for one channel at most, 1 to 1 000 000
 * @param maxHandshakeBytes the most bytes of a request for an upgrade: of its first line, and of its headers; 1 KiB to 64 KiB
 * @param maxWebSocketFrameBytes the most payload of one WebSocket frame that comes, 64 KiB to 16 MiB
 * @param link the limits of each channel; its {@code helloLimit} also holds for the upgrade
 * @param tls TLS of the sockets that are accepted
 */
public record WebSocketSettings(
        String host,
        int port,
        String path,
        Origins origins,
        int ioThreads,
        int maxChannels,
        int sendQueueCapacity,
        int maxHandshakeBytes,
        int maxWebSocketFrameBytes,
        LinkSettings link,
        TlsSettings tls) {

    /** The PID of these settings. */
    public static final String PID = "io.sommelier.transport.websocket";

    /** The port where none is set. */
    public static final int DEFAULT_PORT = 7008;

    /** The path where none is set. */
    public static final String DEFAULT_PATH = "/sommelier";

    private static final Duration LEAST_TIME = Duration.ofMillis(100);
    private static final Duration MOST_TIME = Duration.ofMinutes(10);
    private static final String PATH = "/[A-Za-z0-9._~/-]{0,127}";
    private static final String PATH_RULE = "a slash, and up to 127 letters, digits and . _ ~ / -";

    /** @throws IllegalArgumentException naming the setting, its value and what is allowed, when one is out of range */
    public WebSocketSettings {
        Objects.requireNonNull(tls, "tls");
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty, allowed is a name or an address");
        }
        if (!path.matches(PATH)) {
            throw new IllegalArgumentException("path " + path + " is out of range, allowed are " + PATH_RULE);
        }
        check("port", port, 0, 65535);
        check("ioThreads", ioThreads, 1, 256);
        check("maxChannels", maxChannels, 1, 1_000_000);
        check("sendQueueCapacity", sendQueueCapacity, 1, 1_000_000);
        check("maxHandshakeBytes", maxHandshakeBytes, 1 << 10, 64 << 10);
        check("maxWebSocketFrameBytes", maxWebSocketFrameBytes, 64 << 10, 16 << 20);
    }

    /**
     * Loopback, port 7008, path {@code /sommelier}, web pages of the same host alone, one event loop for two cores, 10 000 channels, 4096 commands waiting for each,
     * requests of 8 KiB, WebSocket frames of 256 KiB, {@link LinkSettings#defaults}, no TLS.
     */
    public static WebSocketSettings defaults() {
        return new WebSocketSettings(
                "127.0.0.1",
                DEFAULT_PORT,
                DEFAULT_PATH,
                Origins.SAME_HOST,
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                10_000,
                4096,
                8 << 10,
                256 << 10,
                LinkSettings.defaults(),
                TlsSettings.OFF);
    }

    /**
     * Reads the settings by their names; those that are not there have their default.
     *
     * @throws IllegalArgumentException naming every violation: key, value and allowed range
     */
    public static WebSocketSettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        WebSocketSettings defaults = defaults();
        LinkSettings link = defaults.link;
        int frame = reader.integer("maxFrameBytes", link.maxFrameBytes(), 16 << 10, 16 << 20);
        int header = reader.integer("maxHeaderBytes", link.maxHeaderBytes(), 0, Math.min(frame / 2, 65_535));
        String host = reader.text("host", defaults.host);
        if (host.isBlank()) {
            reader.violation("host = (allowed: a name or an address)");
        }
        int port = reader.integer("port", DEFAULT_PORT, 0, 65535);
        String path = reader.text("path", DEFAULT_PATH);
        if (!path.matches(PATH)) {
            reader.violation("path = " + path + " (allowed: " + PATH_RULE + ")");
        }
        Origins origins = origins(reader);
        int ioThreads = reader.integer("ioThreads", defaults.ioThreads, 1, 256);
        int maxChannels = reader.integer("maxChannels", defaults.maxChannels, 1, 1_000_000);
        int sendQueueCapacity = reader.integer("sendQueueCapacity", defaults.sendQueueCapacity, 1, 1_000_000);
        int handshake = reader.integer("maxHandshakeBytes", defaults.maxHandshakeBytes, 1 << 10, 64 << 10);
        int webSocketFrame =
                reader.integer("maxWebSocketFrameBytes", defaults.maxWebSocketFrameBytes, 64 << 10, 16 << 20);
        int message = reader.integer("maxMessageBytes", link.maxMessageBytes(), 1 << 10, 1 << 30);
        int streams = reader.integer("maxStreams", link.maxStreams(), 1, 1_000_000);
        long assembly = reader.number("maxAssemblyBytes", link.maxAssemblyBytes(), 1, 1L << 40);
        Duration hello = reader.duration("helloLimit", link.helloLimit(), LEAST_TIME, MOST_TIME);
        Duration heartbeat = reader.duration("heartbeat", link.heartbeat(), LEAST_TIME, MOST_TIME);
        TlsSettings tls = TlsSettings.read(reader);
        reader.check();
        return new WebSocketSettings(
                host,
                port,
                path,
                origins,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                handshake,
                webSocketFrame,
                new LinkSettings(frame, message, header, streams, assembly, hello, heartbeat),
                tls);
    }

    private static Origins origins(SettingsReader reader) {
        try {
            return Origins.parse(reader.text("origins", ""));
        } catch (IllegalArgumentException e) {
            reader.violation("origins = " + e.getMessage());
            return Origins.SAME_HOST;
        }
    }

    /** These settings, listening elsewhere. */
    public WebSocketSettings withAddress(String newHost, int newPort, String newPath) {
        return new WebSocketSettings(
                newHost,
                newPort,
                newPath,
                origins,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                maxHandshakeBytes,
                maxWebSocketFrameBytes,
                link,
                tls);
    }

    /** These settings, dialled from other web pages. */
    public WebSocketSettings withOrigins(Origins newOrigins) {
        return new WebSocketSettings(
                host,
                port,
                path,
                newOrigins,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                maxHandshakeBytes,
                maxWebSocketFrameBytes,
                link,
                tls);
    }

    /** These settings with other bounds. */
    public WebSocketSettings withBounds(int newIoThreads, int newMaxChannels, int newSendQueueCapacity) {
        return new WebSocketSettings(
                host,
                port,
                path,
                origins,
                newIoThreads,
                newMaxChannels,
                newSendQueueCapacity,
                maxHandshakeBytes,
                maxWebSocketFrameBytes,
                link,
                tls);
    }

    /** These settings with other limits of what is read before the link sees it. */
    public WebSocketSettings withReadLimits(int newMaxHandshakeBytes, int newMaxWebSocketFrameBytes) {
        return new WebSocketSettings(
                host,
                port,
                path,
                origins,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                newMaxHandshakeBytes,
                newMaxWebSocketFrameBytes,
                link,
                tls);
    }

    /** These settings with other limits of each channel. */
    public WebSocketSettings withLink(LinkSettings newLink) {
        return new WebSocketSettings(
                host,
                port,
                path,
                origins,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                maxHandshakeBytes,
                maxWebSocketFrameBytes,
                newLink,
                tls);
    }

    /** These settings with other TLS. */
    public WebSocketSettings withTls(TlsSettings newTls) {
        return new WebSocketSettings(
                host,
                port,
                path,
                origins,
                ioThreads,
                maxChannels,
                sendQueueCapacity,
                maxHandshakeBytes,
                maxWebSocketFrameBytes,
                link,
                newTls);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }
}
