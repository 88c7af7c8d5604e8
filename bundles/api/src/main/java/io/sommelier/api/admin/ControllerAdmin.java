package io.sommelier.api.admin;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What an operator sees of a controller. Thread-safe. Each list is a snapshot taken while commands flow: its rows may be some commands apart. */
@ProviderType
public interface ControllerAdmin {
    /** The id of the controller. */
    String controllerId();

    /** How commands ended, by target, operation and end, since the controller started; only rows above zero. */
    List<OutcomeCount> outcomes();

    /** The known targets with their members. */
    List<TargetView> targets();

    /** The number of commands that have been submitted and have not ended. */
    long inFlight();

    /** The payload and header bytes that live commands hold. */
    long bytesHeld();
}
