package io.sommelier.runtime.netty;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Touches Netty's static exceptions before anybody else does. It is an activator and no component, so that it runs
 * before every bundle that uses Netty.
 */
public final class Activator implements BundleActivator {
    /** Returns when Netty's static exceptions are made. */
    @Override
    public void start(BundleContext context) throws InterruptedException {
        // A thread of its own: the one that starts bundles has other bundles on its stack.
        var toucher = new Thread(StaticExceptions::touch, "sommelier-netty-start");
        toucher.setDaemon(true);
        toucher.start();
        toucher.join();
    }

    /** Netty's threads belong to those who started them. */
    @Override
    public void stop(BundleContext context) {}
}
