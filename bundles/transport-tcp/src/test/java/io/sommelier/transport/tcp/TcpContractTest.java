package io.sommelier.transport.tcp;

import io.sommelier.testkit.TransportContract;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldSettings;

/** The TCP transport keeps the contract of transports with members that dial the controller. */
class TcpContractTest extends TransportContract {
    @Override
    protected World newWorld(WorldSettings settings) {
        return new TcpWorld(settings, false);
    }
}
