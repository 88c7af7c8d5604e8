package io.sommelier.camel;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes components for the bundle that uses this service. Thread-safe.
 *
 * <p>What they send is sent by the connector of the using bundle, and what their routes serve is published as services
 * of the using bundle; both go with it. They may be made and started while there is no controller: until it comes,
 * commands fail at once with {@link io.sommelier.api.ErrorCode#CONTROLLER_GONE}, not sent.
 */
@ProviderType
public interface SommelierComponents {
    /**
     * A component for one Camel context, to be added under the name {@value SommelierComponent#SCHEME}:
     *
     * <pre>
     * context.addComponent("sommelier", components.create());
     * </pre>
     */
    SommelierComponent create();
}
