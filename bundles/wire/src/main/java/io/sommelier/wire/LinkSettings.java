package io.sommelier.wire;

import java.time.Duration;

/**
 * The limits of one end of a link; of each pair the two ends agree on the smaller. Immutable.
 *
 * @param maxFrameBytes the largest frame, 16 KiB to 16 MiB
 * @param maxMessageBytes the largest payload of a command or part, whole; 1 KiB to 1 GiB
 * @param maxHeaderBytes the largest header block, at most half a frame
 * @param maxStreams the most commands under way in each direction, 1 to 1 000 000
 * @param maxAssemblyBytes the most bytes of split messages that are being put together at once
 * @param helloLimit how long a hello, or its answer, may take
 * @param heartbeat how often each end shows that it lives; a peer that shows nothing for two periods is dead
 */
public record LinkSettings(
        int maxFrameBytes,
        int maxMessageBytes,
        int maxHeaderBytes,
        int maxStreams,
        long maxAssemblyBytes,
        Duration helloLimit,
        Duration heartbeat) {

    /** 64 KiB frames, 8 MiB messages, 8 KiB headers, 65 536 streams, 64 MiB under assembly, 5 s for a hello, a heartbeat each 10 s. */
    public static LinkSettings defaults() {
        return new LinkSettings(
                64 * 1024,
                8 * 1024 * 1024,
                8 * 1024,
                65_536,
                64L * 1024 * 1024,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
    }
}
