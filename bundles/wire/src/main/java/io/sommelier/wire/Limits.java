package io.sommelier.wire;

/** The limits that travel in the hello and in its answer. Immutable. */
record Limits(int maxFrameBytes, int maxMessageBytes, int maxHeaderBytes, int maxStreams) {

    static Limits of(LinkSettings settings) {
        return new Limits(
                settings.maxFrameBytes(), settings.maxMessageBytes(), settings.maxHeaderBytes(), settings.maxStreams());
    }

    /** Of each pair the smaller. */
    Limits smaller(Limits other) {
        return new Limits(
                Math.min(maxFrameBytes, other.maxFrameBytes),
                Math.min(maxMessageBytes, other.maxMessageBytes),
                Math.min(maxHeaderBytes, other.maxHeaderBytes),
                Math.min(maxStreams, other.maxStreams));
    }

    /** Whether a peer may propose them. */
    boolean areInRange() {
        return maxFrameBytes >= LinkSettings.MIN_FRAME_BYTES
                && maxFrameBytes <= LinkSettings.MAX_FRAME_BYTES
                && maxMessageBytes >= LinkSettings.MIN_MESSAGE_BYTES
                && maxMessageBytes <= LinkSettings.MAX_MESSAGE_BYTES
                && maxHeaderBytes >= 0
                && maxHeaderBytes <= Math.min(maxFrameBytes / 2, LinkSettings.MAX_HEADER_BYTES)
                && maxStreams >= 1
                && maxStreams <= LinkSettings.MAX_STREAMS;
    }
}
