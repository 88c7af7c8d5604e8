package io.sommelier.conformance;

/** How a side says that it closes. Immutable. */
record Goodbye(int reason, boolean comeBack, String message) {
    static final int NORMAL = 1;
    static final int SHUTDOWN = 2;
    static final int HEARTBEAT_TIMEOUT = 4;
    static final int HELLO_TIMEOUT = 5;
    static final int PROTOCOL_ERROR = 6;
    static final int OVERLOADED = 12;

    static Goodbye read(Frame frame) {
        Fields fields = new Fields(frame);
        int reason = fields.u16("reason");
        int comeBack = fields.u8("come back");
        if (comeBack > 1) {
            throw new Broken("GOODBYE: come back is %d, allowed are 0 and 1".formatted(comeBack));
        }
        return new Goodbye(reason, comeBack == 1, fields.text("message"));
    }

    Frame frame(int type) {
        return Frame.of(type, new Bytes().u16(reason).u8(comeBack ? 1 : 0).text(message));
    }
}
