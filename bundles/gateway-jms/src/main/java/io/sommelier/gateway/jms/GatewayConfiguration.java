package io.sommelier.gateway.jms;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link GatewaySettings}; those check the ranges. Times are texts such as 250ms, 5s, 2m or 1h. */
@ObjectClassDefinition(name = "Sommelier JMS gateway", description = "Commands of JMS, AMQP 1.0 and STOMP clients.")
@interface GatewayConfiguration {
    /** {@link GatewaySettings#targets}. */
    @AttributeDefinition(description = "Targets that have a queue in any case, with commas between.", required = false)
    String targets() default "";

    /** {@link GatewaySettings#servesKnown}. */
    @AttributeDefinition(description = "Whether every target that the controller knows has one.")
    boolean servesKnown() default true;

    /** {@link GatewaySettings#consumers}. */
    @AttributeDefinition(description = "Commands of one queue at once, 1 to 64.")
    int consumers() default 8;

    /** {@link GatewaySettings#maxTargets}. */
    @AttributeDefinition(description = "The most queues, 1 to 500; times consumers at most 800.")
    int maxTargets() default 50;

    /** {@link GatewaySettings#defaultTtl}. */
    @AttributeDefinition(description = "Time to live where a message names none, 1ms to 168h.")
    String defaultTtl() default "30s";

    /** {@link GatewaySettings#maxBodyBytes}. */
    @AttributeDefinition(description = "Bytes of the largest body, 0 to 1073741824.")
    int maxBodyBytes() default 16 << 20;

    /** {@link GatewaySettings#replyKeep}. */
    @AttributeDefinition(description = "How long a reply is kept for its client, 1s to 168h.")
    String replyKeep() default "1m";

    /** {@link GatewaySettings#drainLimit}. */
    @AttributeDefinition(description = "Time for commands under way when a route stops, 0s to 1m.")
    String drainLimit() default "2s";

    /** {@link GatewaySettings#lookPeriod}. */
    @AttributeDefinition(description = "How often the known targets are asked for, 10ms to 1h.")
    String lookPeriod() default "1s";
}
