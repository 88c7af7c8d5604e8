package io.sommelier.http.engine;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link HttpSettings}; those check the ranges. Times are texts such as 250ms, 5s, 2m or 1h. */
@ObjectClassDefinition(name = "Sommelier HTTP engine", description = "The HTTP server of camel-platform-http.")
@interface HttpEngineConfiguration {
    /** {@link HttpSettings#host}. */
    @AttributeDefinition(name = "Address to listen on", description = "A loopback address: nobody is asked who he is.")
    String host() default "127.0.0.1";

    /** {@link HttpSettings#port}. */
    @AttributeDefinition(name = "Port to listen on", description = "0 to 65535; 0 for any free one.")
    int port() default 8080;

    /** {@link HttpSettings#ioThreads}. */
    @AttributeDefinition(
            name = "Event loops",
            description = "1 to 256; without a value one for each core.",
            required = false)
    int ioThreads();

    /** {@link HttpSettings#maxConnections}. */
    @AttributeDefinition(name = "Most connections at once", description = "1 to 1000000.")
    int maxConnections() default 10_000;

    /** {@link HttpSettings#maxUriBytes}. */
    @AttributeDefinition(name = "Longest request line", description = "Bytes, 64 to 1048576.")
    int maxUriBytes() default 4096;

    /** {@link HttpSettings#maxHeaderBytes}. */
    @AttributeDefinition(name = "Largest header block", description = "Bytes, 256 to 1048576.")
    int maxHeaderBytes() default 16 << 10;

    /** {@link HttpSettings#maxBodyBytes}. */
    @AttributeDefinition(name = "Largest body in one piece", description = "Bytes, 0 to 1073741824.")
    int maxBodyBytes() default 1 << 20;

    /** {@link HttpSettings#maxHeldBytes}. */
    @AttributeDefinition(name = "Most memory for all such bodies", description = "Bytes, 1024 to 1099511627776.")
    long maxHeldBytes() default 256L << 20;

    /** {@link HttpSettings#pipelineBytes}. */
    @AttributeDefinition(name = "Read ahead on one connection", description = "Bytes, 1024 to 16777216.")
    int pipelineBytes() default 64 << 10;

    /** {@link HttpSettings#streamBytes}. */
    @AttributeDefinition(name = "Held of one streamed reply", description = "Bytes, 1024 to 16777216.")
    int streamBytes() default 64 << 10;

    /** {@link HttpSettings#sendBufferBytes}. */
    @AttributeDefinition(name = "Socket send buffer", description = "Bytes, 0 (the system's) to 16777216.")
    int sendBufferBytes() default 128 << 10;

    /** {@link HttpSettings#streamThreads}. */
    @AttributeDefinition(name = "Threads that read input streams", description = "1 to 256.")
    int streamThreads() default 8;

    /** {@link HttpSettings#headerLimit}. */
    @AttributeDefinition(name = "Time for a header", description = "50ms to 24h.")
    String headerLimit() default "10s";

    /** {@link HttpSettings#bodyLimit}. */
    @AttributeDefinition(name = "Time for a body", description = "50ms to 24h.")
    String bodyLimit() default "30s";

    /** {@link HttpSettings#idleLimit}. */
    @AttributeDefinition(name = "Time without a request", description = "50ms to 24h.")
    String idleLimit() default "60s";

    /** {@link HttpSettings#writeLimit}. */
    @AttributeDefinition(name = "Time in which a client has to read", description = "50ms to 24h.")
    String writeLimit() default "30s";

    /** {@link HttpSettings#replyLimit}. */
    @AttributeDefinition(name = "Time for a route to answer", description = "50ms to 24h.")
    String replyLimit() default "5m";

    /** {@link HttpSettings#awayLimit}. */
    @AttributeDefinition(name = "Time a path that went is answered 503", description = "0ms to 24h.")
    String awayLimit() default "30s";

    /** {@link HttpSettings#stopLimit}. */
    @AttributeDefinition(name = "Time for open replies at a stop", description = "0ms to 5m.")
    String stopLimit() default "3s";

    /** {@link TlsSettings#certificate}. */
    @AttributeDefinition(name = "Certificate", description = "A PEM file; empty for no TLS.", required = false)
    String tlsCertificate() default "";

    /** {@link TlsSettings#key}. */
    @AttributeDefinition(name = "Private key", description = "A PEM file, PKCS#8.", required = false)
    String tlsKey() default "";

    /** {@link TlsSettings#keyStore}. */
    @AttributeDefinition(name = "Key store", description = "A PKCS#12 file, instead of both.", required = false)
    String tlsKeyStore() default "";

    /** {@link TlsSettings#password}. */
    @AttributeDefinition(name = "Password of key or key store", type = AttributeType.PASSWORD, required = false)
    String tlsPassword() default "";

    /** {@link TlsSettings#check}. */
    @AttributeDefinition(name = "How often those files are looked at", description = "100ms to 1h.")
    String tlsCheck() default "10s";
}
