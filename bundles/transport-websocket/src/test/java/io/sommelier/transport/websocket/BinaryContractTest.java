package io.sommelier.transport.websocket;

import io.sommelier.testkit.TransportContract;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldSettings;

/** The WebSocket transport keeps the contract of transports, with frames in binary messages. */
class BinaryContractTest extends TransportContract {
    @Override
    protected World newWorld(WorldSettings settings) {
        return new WebSocketWorld(settings);
    }
}
