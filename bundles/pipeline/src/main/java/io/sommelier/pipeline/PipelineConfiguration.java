package io.sommelier.pipeline;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What tools show of {@link PipelineSettings}; those check the ranges. */
@ObjectClassDefinition(name = "Sommelier pipeline", description = "Limits of the chain that commands and replies pass.")
@interface PipelineConfiguration {
    /** {@link PipelineSettings#maxPayloadBytes}. */
    @AttributeDefinition(name = "Largest payload of a command", description = "Bytes, 1024 to 1073741824.")
    int maxPayloadBytes() default 16 << 20;

    /** {@link PipelineSettings#maxHeaderBytes}. */
    @AttributeDefinition(name = "Largest header block of a command", description = "Bytes, 256 to 16777216.")
    int maxHeaderBytes() default 64 << 10;

    /** {@link PipelineSettings#blockingThreads}. */
    @AttributeDefinition(name = "Threads for handlers that block", description = "1 to 512.")
    int blockingThreads() default 8;

    /** {@link PipelineSettings#blockingQueue}. */
    @AttributeDefinition(name = "Commands that wait for such a thread", description = "1 to 1000000.")
    int blockingQueue() default 1024;

    /** {@link PipelineSettings#maxWaitingParts}. */
    @AttributeDefinition(name = "Parts of one reply that wait in the pipeline", description = "16 to 1000000.")
    int maxWaitingParts() default 10_000;

    /** {@link PipelineSettings#requireAuthorizer}. */
    @AttributeDefinition(
            name = "Require an authorizer",
            description =
                    "When a command may only be sent if an authorizer permits it: never, seen (from the first one on"
                            + " that was here) or always.")
    String requireAuthorizer() default "seen";
}
