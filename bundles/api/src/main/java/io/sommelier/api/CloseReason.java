package io.sommelier.api;

/** Why a channel was refused, or ended. The numbers are fixed: they travel on the wire. */
public enum CloseReason {
    /** A reason that this version does not know; a newer peer gave it. */
    OTHER(0),
    /** Its owner closed it. */
    NORMAL(1),
    /** The node, or this end of the channel, is going down. */
    SHUTDOWN(2),
    /** The socket was lost without a goodbye. */
    LOST(3),
    /** The peer did not answer heartbeats. */
    HEARTBEAT_TIMEOUT(4),
    /** The hello did not come in time. */
    HELLO_TIMEOUT(5),
    /** The peer broke the protocol. */
    PROTOCOL_ERROR(6),
    /** No protocol version is common. */
    VERSION_MISMATCH(7),
    /** The credential was not accepted. */
    UNAUTHENTICATED(8),
    /** The principal may not serve this target, or use this instance id. */
    FORBIDDEN(9),
    /** Another live connector has the instance id. */
    DUPLICATE_INSTANCE(10),
    /** Another channel of the same instance has taken its place. */
    TAKEN_OVER(11),
    /** A limit on channels or members was reached. */
    OVERLOADED(12),
    /** A field of the hello is not acceptable. */
    BAD_HELLO(13);

    private final int number;

    CloseReason(int number) {
        this.number = number;
    }

    /** The fixed number. */
    public int number() {
        return number;
    }

    /** The reason of that number, or {@link #OTHER}. */
    public static CloseReason ofNumber(int number) {
        CloseReason[] all = values();
        return number > 0 && number < all.length ? all[number] : OTHER;
    }
}
