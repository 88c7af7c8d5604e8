package io.sommelier.api;

/** What a part of a reply says. */
public enum PartStatus {
    /** The member took the command on; its headers and content type are those of the whole reply. It has no payload. */
    ACCEPTED,
    /** A piece of a streamed reply; implies that the command was accepted. */
    DATA,
    /** The end, and success; the answer itself where there was no data. */
    COMPLETE,
    /** The end, and failure; carries the error. */
    FAILED;

    /** Whether nothing follows. */
    public boolean isTerminal() {
        return this == COMPLETE || this == FAILED;
    }
}
