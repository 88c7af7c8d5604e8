package io.sommelier.http.engine;

import io.netty.util.NetUtil;
import io.sommelier.spi.SettingsReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of an {@link HttpEngine}; the README's table says what each one means and may be. Immutable.
 *
 * @param host the address it listens on, a loopback address: nobody is asked who he is
 * @param port the port it listens on; 0 for any free one
 * @param ioThreads the number of event loops
 * @param maxConnections the most connections at once; one above it is answered 503 and closed
 * @param maxUriBytes the longest request line; a longer one is answered 414
 * @param maxHeaderBytes the largest header block; a larger one is answered 431
 * @param maxBodyBytes the largest body that is given to a route in one piece; a larger one is answered 413
 * @param maxHeldBytes what all such bodies that are in memory may need together; above it requests are answered 503
 * @param pipelineBytes what is read ahead of a connection while its request is answered, or its body is not asked for
 * @param streamBytes what is held of one streamed reply
 * @param sendBufferBytes the socket's send buffer; 0 leaves it to the system
 * @param streamThreads how many threads read the reply bodies that are input streams
 * @param headerLimit the time from the first byte of a request to the end of its header; then 408
 * @param bodyLimit the time for a body in one piece, and between two reads of a streamed one; then 408
 * @param idleLimit the time a connection may stay without a request
 * @param writeLimit the time in which a client has to take at least something of what is sent to it
 * @param replyLimit the time in which a route has to answer, where its endpoint does not say another; then 504
 * @param awayLimit how long the path of a route that went is answered 503 instead of 404
 * @param stopLimit how long open replies may go on when their route or the engine stops
 * @param tls where the certificate is
 */
record HttpSettings(
        String host,
        int port,
        int ioThreads,
        int maxConnections,
        int maxUriBytes,
        int maxHeaderBytes,
        int maxBodyBytes,
        long maxHeldBytes,
        int pipelineBytes,
        int streamBytes,
        int sendBufferBytes,
        int streamThreads,
        Duration headerLimit,
        Duration bodyLimit,
        Duration idleLimit,
        Duration writeLimit,
        Duration replyLimit,
        Duration awayLimit,
        Duration stopLimit,
        TlsSettings tls) {

    static final String PID = "io.sommelier.http.engine";

    private static final Duration LEAST = Duration.ofMillis(50);
    private static final Duration DAY = Duration.ofHours(24);

    /**
     * Reads settings as Config Admin gives them.
     *
     * @throws IllegalArgumentException naming every key that is out of range, its value and what is allowed
     */
    static HttpSettings read(Map<String, ?> properties) {
        var values = new SettingsReader(PID, properties);
        var settings = new HttpSettings(
                values.text("host", "127.0.0.1"),
                values.integer("port", 8080, 0, 65535),
                values.integer("ioThreads", Runtime.getRuntime().availableProcessors(), 1, 256),
                values.integer("maxConnections", 10_000, 1, 1_000_000),
                values.integer("maxUriBytes", 4096, 64, 1 << 20),
                values.integer("maxHeaderBytes", 16 << 10, 256, 1 << 20),
                values.integer("maxBodyBytes", 1 << 20, 0, 1 << 30),
                values.number("maxHeldBytes", 256L << 20, 1 << 10, 1L << 40),
                values.integer("pipelineBytes", 64 << 10, 1 << 10, 16 << 20),
                values.integer("streamBytes", 64 << 10, 1 << 10, 16 << 20),
                values.integer("sendBufferBytes", 128 << 10, 0, 16 << 20),
                values.integer("streamThreads", 8, 1, 256),
                values.duration("headerLimit", Duration.ofSeconds(10), LEAST, DAY),
                values.duration("bodyLimit", Duration.ofSeconds(30), LEAST, DAY),
                values.duration("idleLimit", Duration.ofSeconds(60), LEAST, DAY),
                values.duration("writeLimit", Duration.ofSeconds(30), LEAST, DAY),
                values.duration("replyLimit", Duration.ofMinutes(5), LEAST, DAY),
                values.duration("awayLimit", Duration.ofSeconds(30), Duration.ZERO, DAY),
                values.duration("stopLimit", Duration.ofSeconds(3), Duration.ZERO, Duration.ofMinutes(5)),
                TlsSettings.read(values));
        if (!isLoopback(settings.host)) {
            values.violation("host = " + settings.host
                    + " (allowed: localhost or another loopback address, since nobody" + " is asked who he is)");
        }
        values.check();
        return settings;
    }

    /** Whether a host is this machine for certain; a name other than localhost is not. */
    private static boolean isLoopback(String host) {
        byte[] numeric = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return numeric == null
                    ? host.equals("localhost")
                    : InetAddress.getByAddress(numeric).isLoopbackAddress();
        } catch (UnknownHostException notOfALength) {
            return false;
        }
    }
}
