package io.sommelier.connector;

/** Where the sockets of a connector come from: it dials, or it is dialled. Confined to the loop. */
interface SocketSource {
    /**
     * Listens, where it is dialled; after {@link #start} was handed to the loop, so that no socket comes before. Any thread but the loop.
     *
     * @throws IllegalStateException when it cannot, saying why and what to do
     */
    default void listen() {}

    /** Begins to look for a controller. */
    void start();

    /**
     * The session over the last socket has ended: looks for a controller again.
     *
     * @param wasActive whether a controller had taken the connector in
     * @param wasStable whether that held for a while
     */
    void again(boolean wasActive, boolean wasStable);

    /** Looks no more. */
    void stop();

    /** The port it listens on. */
    default int localPort() {
        throw new IllegalStateException("the connector dials, and listens on no port");
    }
}
