package io.sommelier.transport.tcp;

import io.sommelier.testkit.RemoteTransportContract;
import io.sommelier.testkit.RemoteWorld;
import io.sommelier.testkit.WorldSettings;
import java.util.Optional;

/** The TCP transport keeps the contract of transports with members that the controller dials. */
class TcpDialledContractTest extends RemoteTransportContract {
    @Override
    protected RemoteWorld newWorld(WorldSettings settings) {
        return TcpWorld.open(settings, true, Optional.empty());
    }
}
