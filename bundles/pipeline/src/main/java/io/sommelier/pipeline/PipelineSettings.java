package io.sommelier.pipeline;

import io.sommelier.spi.Authorizer;
import io.sommelier.spi.SettingsReader;
import java.util.Map;
import java.util.Objects;

/**
 * The settings of the chain. Immutable; a change is a swap of the whole.
 *
 * @param maxPayloadBytes the largest payload of a command, in bytes, {@value #LEAST_PAYLOAD} to {@value #MOST_PAYLOAD}
 * @param maxHeaderBytes the largest header block of a command, in bytes, {@value #LEAST_HEADER} to {@value #MOST_HEADER}
 * @param blockingThreads the most threads for handlers that block, 1 to {@value #MOST_THREADS}
 * @param blockingQueue the most commands on their way down that wait for such a thread, 1 to {@value #MOST_QUEUE}
 * @param maxWaitingParts the most parts of one reply that wait while an earlier one is on its way up, {@value #LEAST_PARTS} to {@value #MOST_PARTS}
 * @param requireAuthorizer when nothing is permitted unless an authorizer is here that says so
 */
public record PipelineSettings(
        int maxPayloadBytes,
        int maxHeaderBytes,
        int blockingThreads,
        int blockingQueue,
        int maxWaitingParts,
        Authorizer.Required requireAuthorizer) {
    /** The PID of these settings. */
    public static final String PID = "io.sommelier.pipeline";

    /** What holds where nothing is set. */
    public static final PipelineSettings DEFAULTS =
            new PipelineSettings(16 << 20, 64 << 10, 8, 1024, 10_000, Authorizer.Required.SEEN);

    private static final int LEAST_PAYLOAD = 1024;
    private static final int MOST_PAYLOAD = 1 << 30;
    private static final int LEAST_HEADER = 256;
    private static final int MOST_HEADER = 16 << 20;
    private static final int MOST_THREADS = 512;
    private static final int MOST_QUEUE = 1_000_000;
    private static final int LEAST_PARTS = 16;
    private static final int MOST_PARTS = 1_000_000;

    /** @throws IllegalArgumentException naming key, value and allowed range of the first value that is out of it */
    public PipelineSettings {
        check("maxPayloadBytes", maxPayloadBytes, LEAST_PAYLOAD, MOST_PAYLOAD);
        check("maxHeaderBytes", maxHeaderBytes, LEAST_HEADER, MOST_HEADER);
        check("blockingThreads", blockingThreads, 1, MOST_THREADS);
        check("blockingQueue", blockingQueue, 1, MOST_QUEUE);
        check("maxWaitingParts", maxWaitingParts, LEAST_PARTS, MOST_PARTS);
        Objects.requireNonNull(requireAuthorizer, "requireAuthorizer");
    }

    /** These limits, and an authorizer from the first one on. */
    PipelineSettings(
            int maxPayloadBytes, int maxHeaderBytes, int blockingThreads, int blockingQueue, int maxWaitingParts) {
        this(
                maxPayloadBytes,
                maxHeaderBytes,
                blockingThreads,
                blockingQueue,
                maxWaitingParts,
                Authorizer.Required.SEEN);
    }

    /**
     * Reads the settings; those that are not there have their default.
     *
     * @throws IllegalArgumentException naming every violation: key, value and allowed range
     */
    public static PipelineSettings read(Map<String, ?> properties) {
        SettingsReader reader = new SettingsReader(PID, properties);
        int payload = reader.integer("maxPayloadBytes", DEFAULTS.maxPayloadBytes, LEAST_PAYLOAD, MOST_PAYLOAD);
        int header = reader.integer("maxHeaderBytes", DEFAULTS.maxHeaderBytes, LEAST_HEADER, MOST_HEADER);
        int threads = reader.integer("blockingThreads", DEFAULTS.blockingThreads, 1, MOST_THREADS);
        int queue = reader.integer("blockingQueue", DEFAULTS.blockingQueue, 1, MOST_QUEUE);
        int parts = reader.integer("maxWaitingParts", DEFAULTS.maxWaitingParts, LEAST_PARTS, MOST_PARTS);
        Authorizer.Required authorizer = Authorizer.Required.read(reader);
        reader.check();
        return new PipelineSettings(payload, header, threads, queue, parts, authorizer);
    }

    private static void check(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " = " + value + " (allowed: " + least + " to " + most + ")");
        }
    }
}
