package io.sommelier.wire;

import java.time.Duration;

/**
 * The limits of one end of a link; of each pair the two ends agree on the smaller. Immutable.
 *
 * @param maxFrameBytes the largest frame, its length field included; 16 KiB to 16 MiB
 * @param maxMessageBytes the largest payload of a command or part, whole; 1 KiB to 1 GiB
 * @param maxHeaderBytes the largest header block, at most half a frame, and at most 65535
 * @param maxStreams the most commands under way in each direction, 1 to 1 000 000
 * @param maxAssemblyBytes the most bytes of split messages that are being put together at once, and the most that wait for a socket that takes none; at least 1. Not
 *     agreed on, each end has its own
 * @param helloLimit how long a hello, or its answer, may take; 1 ms to 10 minutes
 * @param heartbeat how often each end shows that it lives, 1 ms to 10 minutes; a peer that shows nothing for two periods is dead. Not agreed on: each end asks its
 *     peer for a sign of life at its own pace
 */
public record LinkSettings(
        int maxFrameBytes,
        int maxMessageBytes,
        int maxHeaderBytes,
        int maxStreams,
        long maxAssemblyBytes,
        Duration helloLimit,
        Duration heartbeat) {

    static final int MIN_FRAME_BYTES = 16 * 1024;
    static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;
    static final int MIN_MESSAGE_BYTES = 1024;
    static final int MAX_MESSAGE_BYTES = 1024 * 1024 * 1024;
    static final int MAX_HEADER_BYTES = 65_535;
    static final int MAX_STREAMS = 1_000_000;
    private static final long MAX_TIME_MILLIS = 600_000;

    /** @throws IllegalArgumentException when a value is out of range; it names the value and the range */
    public LinkSettings {
        check("maxFrameBytes", maxFrameBytes, MIN_FRAME_BYTES, MAX_FRAME_BYTES);
        check("maxMessageBytes", maxMessageBytes, MIN_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
        check("maxHeaderBytes", maxHeaderBytes, 0, Math.min(maxFrameBytes / 2, MAX_HEADER_BYTES));
        check("maxStreams", maxStreams, 1, MAX_STREAMS);
        check("maxAssemblyBytes", maxAssemblyBytes, 1, Long.MAX_VALUE);
        check("helloLimit in milliseconds", helloLimit.toMillis(), 1, MAX_TIME_MILLIS);
        check("heartbeat in milliseconds", heartbeat.toMillis(), 1, MAX_TIME_MILLIS);
    }

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

    /** These settings with another largest frame. */
    public LinkSettings withMaxFrameBytes(int value) {
        return new LinkSettings(
                value, maxMessageBytes, maxHeaderBytes, maxStreams, maxAssemblyBytes, helloLimit, heartbeat);
    }

    /** These settings with another largest payload. */
    public LinkSettings withMaxMessageBytes(int value) {
        return new LinkSettings(
                maxFrameBytes, value, maxHeaderBytes, maxStreams, maxAssemblyBytes, helloLimit, heartbeat);
    }

    /** These settings with another limit for a hello, or its answer. */
    public LinkSettings withHelloLimit(Duration value) {
        return new LinkSettings(
                maxFrameBytes, maxMessageBytes, maxHeaderBytes, maxStreams, maxAssemblyBytes, value, heartbeat);
    }

    /** These settings with another heartbeat. */
    public LinkSettings withHeartbeat(Duration value) {
        return new LinkSettings(
                maxFrameBytes, maxMessageBytes, maxHeaderBytes, maxStreams, maxAssemblyBytes, helloLimit, value);
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }
}
