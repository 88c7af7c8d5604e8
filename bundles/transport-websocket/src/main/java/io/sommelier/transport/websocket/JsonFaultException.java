package io.sommelier.transport.websocket;

import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/** A text message that is none of the protocol. Its message says what was wrong, for whoever writes the other end. */
final class JsonFaultException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient WebSocketCloseStatus code;

    /** It is JSON, but not what is spoken here. */
    JsonFaultException(String message) {
        this(WebSocketCloseStatus.PROTOCOL_ERROR, message);
    }

    JsonFaultException(WebSocketCloseStatus code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    WebSocketCloseStatus code() {
        return code;
    }
}
