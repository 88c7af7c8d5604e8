package io.sommelier.transport.websocket.internal;

import io.sommelier.transport.websocket.WebSocketSettings;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link WebSocketSettings}; those check the ranges. */
@ObjectClassDefinition(
        name = "Sommelier WebSocket transport",
        description = "Where it listens, from which pages it is dialled, and the limits of each channel.")
@interface WebSocketConfiguration {
    /** {@link WebSocketSettings#host}. */
    @AttributeDefinition(
            name = "Host",
            description = "The address it listens on; one beyond loopback holds while somebody verifies credentials.")
    String host() default "127.0.0.1";

    /** {@link WebSocketSettings#port}. */
    @AttributeDefinition(name = "Port", description = "0 to 65535; 0 for any free one.")
    int port() default 7008;

    /** {@link WebSocketSettings#path}. */
    @AttributeDefinition(name = "Path", description = "The path that connectors dial; all others are not found.")
    String path() default "/sommelier";

    /** {@link WebSocketSettings#origins}. */
    @AttributeDefinition(
            name = "Origins",
            description =
                    "Web pages that may dial beside those of the same host: scheme://host:port, with commas between; * for all.")
    String origins() default "";

    /** {@link WebSocketSettings#maxChannels}. */
    @AttributeDefinition(name = "Channels", description = "The most at once, 1 to 1000000.")
    int maxChannels() default 10_000;

    /** {@link WebSocketSettings#sendQueueCapacity}. */
    @AttributeDefinition(name = "Send queue", description = "Commands that wait for one channel, 1 to 1000000.")
    int sendQueueCapacity() default 4096;

    /** {@link WebSocketSettings#ioThreads}. */
    @AttributeDefinition(
            name = "I/O threads",
            description = "1 to 256; one for two cores where it is not set. Takes effect at the next start.",
            required = false)
    int ioThreads();

    /** {@link WebSocketSettings#maxHandshakeBytes}. */
    @AttributeDefinition(
            name = "Largest request",
            description = "Bytes of the first line, and of the headers, of a request for an upgrade, 1024 to 65536.")
    int maxHandshakeBytes() default 8 << 10;

    /** {@link WebSocketSettings#maxWebSocketFrameBytes}. */
    @AttributeDefinition(
            name = "Largest WebSocket frame",
            description = "Bytes of payload of one frame that comes, 65536 to 16777216.")
    int maxWebSocketFrameBytes() default 256 << 10;

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(name = "Largest frame", description = "Bytes, 16384 to 16777216.")
    int maxFrameBytes() default 64 << 10;

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(name = "Largest payload", description = "Bytes, 1024 to 1073741824.")
    int maxMessageBytes() default 8 << 20;

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(name = "Largest header block", description = "Bytes, 0 to half a frame, at most 65535.")
    int maxHeaderBytes() default 8 << 10;

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(name = "Commands under way", description = "On one channel, each way, 1 to 1000000.")
    int maxStreams() default 65_536;

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(
            name = "Bytes under assembly",
            description = "Of split messages on one channel, 1 to 1099511627776.")
    long maxAssemblyBytes() default 64L << 20;

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(
            name = "Hello limit",
            description = "How long an upgrade may take, and then a hello, 100ms to 10m.")
    String helloLimit() default "5s";

    /** {@link WebSocketSettings#link}. */
    @AttributeDefinition(
            name = "Heartbeat",
            description = "A peer that shows nothing for two periods is dead, 100ms to 10m.")
    String heartbeat() default "10s";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(name = "Certificate", description = "PEM file: the certificate and those that sign it.")
    String tlsCertificate() default "";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(name = "Key", description = "PEM file: the key of the certificate, in PKCS#8.")
    String tlsKey() default "";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(name = "Key store", description = "PKCS#12 file, instead of certificate and key.")
    String tlsKeyStore() default "";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(
            name = "Password",
            description = "Of the key or the key store; none where it is empty.",
            type = AttributeType.PASSWORD)
    String tlsPassword() default "";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(
            name = "Trusted certificates",
            description = "PEM or PKCS#12 file; those of the JDK where it is empty.")
    String tlsTrust() default "";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(
            name = "Password of the trusted certificates",
            description = "Of a PKCS#12 file; none where it is empty.",
            type = AttributeType.PASSWORD)
    String tlsTrustPassword() default "";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(
            name = "Certificates of clients",
            description = "none, optional or required; the last two need trusted certificates.")
    String tlsClients() default "none";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(name = "Look at the files", description = "How often, 100ms to 1h.")
    String tlsCheck() default "10s";

    /** {@link WebSocketSettings#tls}. */
    @AttributeDefinition(name = "Handshake limit", description = "How long a handshake may take, 100ms to 10m.")
    String tlsHandshakeLimit() default "5s";
}
