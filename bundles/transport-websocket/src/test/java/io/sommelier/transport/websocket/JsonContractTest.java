package io.sommelier.transport.websocket;

import io.sommelier.testkit.TransportContract;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldSettings;
import java.util.Optional;

/** The WebSocket transport keeps the contract of transports, with a JSON object in each text message. */
class JsonContractTest extends TransportContract {
    @Override
    protected World newWorld(WorldSettings settings) {
        return new WebSocketWorld(settings, Form.JSON, Optional.empty());
    }
}
