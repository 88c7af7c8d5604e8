package io.sommelier.wire;

/** The numbers of the protocol: frame types and flags, as {@code PROTOCOL.md} lists them. */
final class Frames {
    /** {@code SOML}: the first bytes of the body of every hello of every version. */
    static final int MAGIC = 0x534F4D4C;
    /** The one version spoken here. */
    static final int VERSION = 1;

    static final int ROLE_CONNECTOR = 1;

    /** Length field, type, flags, stream. */
    static final int HEADER_BYTES = 10;
    /** Type, flags, stream: what the length field counts beyond the body. */
    static final int COUNTED_HEADER_BYTES = 6;
    /** The largest frame before the hello is answered. */
    static final int MAX_HELLO_BYTES = 64 * 1024;
    /** The most bytes of a credential's secret. */
    static final int MAX_SECRET_BYTES = 16 * 1024;
    /** The most characters of a principal's name; each has at most three bytes. */
    static final int MAX_PRINCIPAL = 1024;
    /** The most credit that is out on one stream. */
    static final long MAX_CREDIT = Integer.MAX_VALUE;

    static final int HELLO = 0x01;
    static final int WELCOME = 0x02;
    static final int REFUSED = 0x03;
    static final int PING = 0x04;
    static final int PONG = 0x05;
    static final int OPERATIONS = 0x06;
    static final int DRAIN = 0x07;
    static final int GOODBYE = 0x08;

    static final int COMMAND = 0x10;
    static final int ADMITTED = 0x11;
    static final int ACCEPTED = 0x12;
    static final int DATA = 0x13;
    static final int COMPLETE = 0x14;
    static final int FAILED = 0x15;
    static final int CANCEL = 0x16;
    static final int CREDIT = 0x17;
    static final int CONTINUATION = 0x18;
    /** Kept for events, which no frame of version 1 carries. */
    static final int EVENT = 0x19;

    /** Frames of this type and above are skipped by who does not know them. */
    static final int FIRST_IGNORABLE = 0x80;

    /** The message goes on in CONTINUATION frames. */
    static final int MORE = 0x01;

    static final int COMMAND_DURABLE = 0x02;
    static final int COMMAND_IDEMPOTENT = 0x04;
    static final int COMMAND_KEY = 0x08;
    static final int COMMAND_TRACE = 0x10;
    static final int COMMAND_REPLAY = 0x20;
    static final int HEADERS = 0x40;
    static final int COMMAND_DELIVERED = 0x80;

    static final int PART_CONTENT_TYPE = 0x02;
    static final int PART_STATUS = 0x04;
    static final int FAILED_RETRYABLE = 0x08;

    private Frames() {}
}
