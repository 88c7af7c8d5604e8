package io.sommelier.conformance;

import java.nio.ByteBuffer;

/** A frame of the protocol, undecoded. Immutable by agreement: nobody writes into the body. */
record Frame(int type, int flags, int stream, byte[] body) {
    static final int HELLO = 0x01;
    static final int WELCOME = 0x02;
    static final int REFUSED = 0x03;
    static final int PING = 0x04;
    static final int PONG = 0x05;
    static final int OPERATIONS = 0x06;
    static final int DRAIN = 0x07;
    static final int GOODBYE = 0x08;
    static final int COMMAND = 0x10;
    static final int ACCEPTED = 0x12;
    static final int DATA = 0x13;
    static final int COMPLETE = 0x14;
    static final int FAILED = 0x15;
    static final int CANCEL = 0x16;
    static final int CREDIT = 0x17;
    static final int CONTINUATION = 0x18;
    static final int FIRST_IGNORABLE = 0x80;

    /** Of what stands before the body: length, type, flags, stream. */
    static final int HEAD_BYTES = 10;

    static Frame of(int type, Bytes body) {
        return new Frame(type, 0, 0, body.toArray());
    }

    static Frame ofStream(int type, int stream, Bytes body) {
        return new Frame(type, 0, stream, body.toArray());
    }

    static Frame ping(long token) {
        return of(PING, new Bytes().u64(token));
    }

    int length() {
        return HEAD_BYTES + body.length;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    byte[] toArray() {
        return ByteBuffer.allocate(length())
                .putInt(length() - 4)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(body)
                .array();
    }

    /** Its name, as the protocol's text has it. */
    String name() {
        return switch (type) {
            case HELLO -> "HELLO";
            case WELCOME -> "WELCOME";
            case REFUSED -> "REFUSED";
            case PING -> "PING";
            case PONG -> "PONG";
            case OPERATIONS -> "OPERATIONS";
            case DRAIN -> "DRAIN";
            case GOODBYE -> "GOODBYE";
            case COMMAND -> "COMMAND";
            case 0x11 -> "ADMITTED";
            case ACCEPTED -> "ACCEPTED";
            case DATA -> "DATA";
            case COMPLETE -> "COMPLETE";
            case FAILED -> "FAILED";
            case CANCEL -> "CANCEL";
            case CREDIT -> "CREDIT";
            case CONTINUATION -> "CONTINUATION";
            default -> "a frame of type 0x%02x".formatted(type);
        };
    }
}
