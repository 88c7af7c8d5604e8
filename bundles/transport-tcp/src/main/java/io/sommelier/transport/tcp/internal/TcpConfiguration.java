package io.sommelier.transport.tcp.internal;

import io.sommelier.transport.tcp.TcpSettings;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link TcpSettings}; those check the ranges. */
@ObjectClassDefinition(
        name = "Sommelier TCP transport",
        description = "Where it listens, whom it dials, and the limits of each channel.")
@interface TcpConfiguration {
    /** {@link TcpSettings#host}. */
    @AttributeDefinition(
            name = "Host",
            description = "The address it listens on; one beyond loopback holds while somebody verifies credentials.")
    String host() default "127.0.0.1";

    /** {@link TcpSettings#port}. */
    @AttributeDefinition(name = "Port", description = "0 to 65535; 0 for any free one.")
    int port() default 7007;

    /** {@link TcpSettings#members}. */
    @AttributeDefinition(name = "Members to dial", description = "host:port or [IPv6]:port, with commas between.")
    String dial() default "";

    /** {@link TcpSettings#dialFirst}. */
    @AttributeDefinition(name = "First wait", description = "Before a member is dialled again, 10ms to 1h.")
    String dialFirst() default "500ms";

    /** {@link TcpSettings#dialMost}. */
    @AttributeDefinition(name = "Longest wait", description = "What the first wait grows to, 10ms to 1h.")
    String dialMost() default "30s";

    /** {@link TcpSettings#maxChannels}. */
    @AttributeDefinition(name = "Channels", description = "The most at once, 1 to 1000000.")
    int maxChannels() default 10_000;

    /** {@link TcpSettings#sendQueueCapacity}. */
    @AttributeDefinition(name = "Send queue", description = "Commands that wait for one channel, 1 to 1000000.")
    int sendQueueCapacity() default 4096;

    /** {@link TcpSettings#ioThreads}. */
    @AttributeDefinition(
            name = "I/O threads",
            description = "1 to 256; one for two cores where it is not set. Takes effect at the next start.",
            required = false)
    int ioThreads();

    /** {@link TcpSettings#receiveBufferBytes}. */
    @AttributeDefinition(
            name = "Receive buffer",
            description = "Bytes of a socket, 4096 to 16777216; 0 leaves it to the system.")
    int receiveBufferBytes() default 0;

    /** {@link TcpSettings#sendBufferBytes}. */
    @AttributeDefinition(
            name = "Send buffer",
            description = "Bytes of a socket, 4096 to 16777216; 0 leaves it to the system.")
    int sendBufferBytes() default 0;

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(name = "Largest frame", description = "Bytes, 16384 to 16777216.")
    int maxFrameBytes() default 64 << 10;

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(name = "Largest payload", description = "Bytes, 1024 to 1073741824.")
    int maxMessageBytes() default 8 << 20;

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(name = "Largest header block", description = "Bytes, 0 to half a frame, at most 65535.")
    int maxHeaderBytes() default 8 << 10;

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(name = "Commands under way", description = "On one channel, each way, 1 to 1000000.")
    int maxStreams() default 65_536;

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(
            name = "Bytes under assembly",
            description = "Of split messages on one channel, 1 to 1099511627776.")
    long maxAssemblyBytes() default 64L << 20;

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(name = "Hello limit", description = "How long a hello may take, 100ms to 10m.")
    String helloLimit() default "5s";

    /** {@link TcpSettings#link}. */
    @AttributeDefinition(
            name = "Heartbeat",
            description = "A peer that shows nothing for two periods is dead, 100ms to 10m.")
    String heartbeat() default "10s";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(name = "Certificate", description = "PEM file: the certificate and those that sign it.")
    String tlsCertificate() default "";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(name = "Key", description = "PEM file: the key of the certificate, in PKCS#8.")
    String tlsKey() default "";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(name = "Key store", description = "PKCS#12 file, instead of certificate and key.")
    String tlsKeyStore() default "";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(
            name = "Password",
            description = "Of the key or the key store; none where it is empty.",
            type = AttributeType.PASSWORD)
    String tlsPassword() default "";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(
            name = "Trusted certificates",
            description = "PEM or PKCS#12 file; those of the JDK where it is empty.")
    String tlsTrust() default "";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(
            name = "Password of the trusted certificates",
            description = "Of a PKCS#12 file; none where it is empty.",
            type = AttributeType.PASSWORD)
    String tlsTrustPassword() default "";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(
            name = "Certificates of clients",
            description = "none, optional or required; the last two need trusted certificates.")
    String tlsClients() default "none";

    /** {@link TcpSettings#tlsDial}. */
    @AttributeDefinition(name = "Dial with TLS", description = "Whether members are dialled with TLS.")
    boolean tlsDial() default false;

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(name = "Look at the files", description = "How often, 100ms to 1h.")
    String tlsCheck() default "10s";

    /** {@link TcpSettings#tls}. */
    @AttributeDefinition(name = "Handshake limit", description = "How long a handshake may take, 100ms to 10m.")
    String tlsHandshakeLimit() default "5s";
}
