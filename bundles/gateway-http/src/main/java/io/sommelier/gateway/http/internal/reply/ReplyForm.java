package io.sommelier.gateway.http.internal.reply;

/** How the parts of a streamed reply are written. */
public enum ReplyForm {
    /** The bytes of all parts, one behind the other, in the type that the worker names. */
    RAW(""),
    /** Server-sent events. */
    EVENTS("text/event-stream"),
    /** One line of JSON for each part. */
    LINES("application/x-ndjson"),
    /** One JSON array with an element for each part. */
    ARRAY("application/json");

    private final String type;

    ReplyForm(String type) {
        this.type = type;
    }

    /** The form of that media type, in lower case without parameters; {@link #RAW} for any other. */
    public static ReplyForm ofType(String type) {
        for (ReplyForm form : values()) {
            if (form != RAW && form.type.equals(type)) {
                return form;
            }
        }
        return RAW;
    }

    /** The media type; empty for {@link #RAW}. */
    public String type() {
        return type;
    }

    /** A writer for one reply. */
    PartFraming framing() {
        return switch (this) {
            case RAW -> new RawFraming();
            case EVENTS -> new EventFraming();
            case LINES -> new LineFraming();
            case ARRAY -> new ArrayFraming();
        };
    }
}
