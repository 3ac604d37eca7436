<?php
// Everything the plugin kept is gone.
defined('WP_UNINSTALL_PLUGIN') || exit;

global $wpdb;
foreach ($wpdb->get_col("SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE 'member\\_goal\\_%'") as $name) {
    delete_option($name);
}
