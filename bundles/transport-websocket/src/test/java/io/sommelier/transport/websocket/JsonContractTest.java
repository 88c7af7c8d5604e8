package io.sommelier.transport.websocket;

import io.sommelier.testkit.DiallingTransportContract;
import io.sommelier.testkit.RemoteWorld;
import io.sommelier.testkit.WorldSettings;
import java.util.Optional;

/** The WebSocket transport keeps the contract of transports, with a JSON object in each text message. */
class JsonContractTest extends DiallingTransportContract {
    @Override
    protected RemoteWorld newWorld(WorldSettings settings) {
        return WebSocketWorld.open(settings, Form.JSON, Optional.empty());
    }
}
