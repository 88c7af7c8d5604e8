package io.sommelier.transport.tcp;

import io.sommelier.testkit.DiallingTransportContract;
import io.sommelier.testkit.RemoteWorld;
import io.sommelier.testkit.WorldSettings;
import java.util.Optional;

/** The TCP transport keeps the contract of transports with members that dial the controller. */
class TcpContractTest extends DiallingTransportContract {
    @Override
    protected RemoteWorld newWorld(WorldSettings settings) {
        return TcpWorld.open(settings, false, Optional.empty());
    }
}
