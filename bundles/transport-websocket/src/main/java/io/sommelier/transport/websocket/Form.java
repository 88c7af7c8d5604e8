package io.sommelier.transport.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The forms that the messages of the wire protocol have in a WebSocket, each a subprotocol. */
enum Form {
    /** Frames, in binary messages whose boundaries mean nothing. */
    BINARY("sommelier.v1"),
    /** A JSON object in each text message. */
    JSON("sommelier.json.v1");

    /** The names of all. */
    static final String NAMES =
            Arrays.stream(values()).map(form -> form.subprotocol).collect(Collectors.joining(", "));

    private final String subprotocol;

    Form(String subprotocol) {
        this.subprotocol = subprotocol;
    }

    /** Its name in the handshake. */
    String subprotocol() {
        return subprotocol;
    }

    /** The first that a client offers and that is spoken here; empty where there is none. */
    static Optional<Form> offeredBy(HttpHeaders headers) {
        for (String line : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
            for (String offer : line.split(",")) {
                for (Form form : values()) {
                    if (form.subprotocol.equals(offer.strip())) {
                        return Optional.of(form);
                    }
                }
            }
        }
        return Optional.empty();
    }
}
