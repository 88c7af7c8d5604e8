package io.sommelier.wire;

/** The peer broke the protocol: the link says goodbye and closes. Never leaves the link. */
final class ProtocolViolationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Has no stack trace: it tells of the peer's fault, not of a place here. */
    ProtocolViolationException(String message) {
        super(message, null, false, false);
    }
}
