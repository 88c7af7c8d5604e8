package io.sommelier.transport.embedded.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link EmbeddedSettings}; those check the ranges. */
@ObjectClassDefinition(name = "Sommelier embedded transport", description = "Handlers and senders in this Karaf.")
@interface EmbeddedConfiguration {
    /** {@link EmbeddedSettings#node}. */
    @AttributeDefinition(
            name = "Node",
            description =
                    "What instance ids begin with, unique among the controllers that share a broker; the name of the Karaf instance where it is not set.",
            required = false)
    String node();

    /** {@link EmbeddedSettings#handlerThreads}. */
    @AttributeDefinition(name = "Handler threads", description = "Of each member, 1 to 1024.")
    int handlerThreads() default 4;

    /** {@link EmbeddedSettings#handlerQueue}. */
    @AttributeDefinition(name = "Handler queue", description = "Commands that wait for such a thread, 0 to 1000000.")
    int handlerQueue() default 256;

    /** {@link EmbeddedSettings#capacity}. */
    @AttributeDefinition(
            name = "Capacity",
            description = "Commands a member takes at once, waiting ones included, 1 to 1000000.")
    int capacity() default 256;

    /** {@link EmbeddedSettings#drainLimit}. */
    @AttributeDefinition(
            name = "Drain limit",
            description = "How long commands may take to end when their handler goes, 0s to 10m.")
    String drainLimit() default "5s";
}
