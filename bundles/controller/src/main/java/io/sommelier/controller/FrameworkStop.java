package io.sommelier.controller;

import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Does something when the framework is about to stop, before it stops any bundle. Thread-safe.
 *
 * <p>The framework tells synchronous listeners that the system bundle is stopping, and stops the other bundles when they have returned. So whoever brings
 * commands, and takes answers back, is still there.
 */
final class FrameworkStop implements SynchronousBundleListener {
    private final BundleContext context;
    private final Runnable action;

    FrameworkStop(BundleContext context, Runnable action) {
        this.context = context;
        this.action = action;
        context.addBundleListener(this);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
            action.run();
        }
    }

    /** Listens no more. */
    void close() {
        try {
            context.removeBundleListener(this);
        } catch (IllegalStateException bundleHasStopped) {
            // then its listeners are gone
        }
    }
}
