package io.sommelier.runtime.artemis.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as the metatype shows them. {@link ConfigReader} reads them. */
@ObjectClassDefinition(name = "Sommelier broker")
@interface ArtemisConfig {
    String PID = "io.sommelier.runtime.artemis";

    @AttributeDefinition(description = "URL of an external broker; empty for the embedded one")
    String url() default "";

    @AttributeDefinition(description = "user at an external broker; empty for nobody")
    String user() default "";

    @AttributeDefinition(description = "password of that user", type = AttributeType.PASSWORD)
    String password() default "";

    @AttributeDefinition(description = "directory of the journal; relative ones are below the data directory of Karaf")
    String dataDirectory() default "artemis";

    @AttributeDefinition(description = "address the embedded broker listens on")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "port for core and JMS clients; 0 any, -1 off")
    int corePort() default 61616;

    @AttributeDefinition(description = "port for AMQP; 0 any, -1 off")
    int amqpPort() default 5672;

    @AttributeDefinition(description = "port for STOMP; 0 any, -1 off")
    int stompPort() default 61613;

    @AttributeDefinition(description = "port for MQTT; 0 any, -1 off")
    int mqttPort() default 1883;

    @AttributeDefinition(description = "JAAS realm of the users; empty: everybody, on loopback alone")
    String realm() default "";

    @AttributeDefinition(description = "roles that may do everything, separated by commas")
    String roles() default "admin,manager";

    @AttributeDefinition(description = "bytes of one address, 65536 to 2^40")
    long addressBytes() default 256L << 20;

    @AttributeDefinition(
            description = "bytes of all addresses, 1048576 to 2^40; a quarter of the heap where it is not set",
            required = false)
    long totalBytes();

    @AttributeDefinition(description = "time between two scans for expired messages, 1s to 1h")
    String expiryScan() default "5s";

    @AttributeDefinition(description = "wait before the broker is tried again first, 10ms to 1h")
    String retryFirst() default "1s";

    @AttributeDefinition(description = "what that wait grows to, at most 1h")
    String retryMost() default "30s";
}
