"""JSON Schemas of Calico's resources, generated from the field tables in `spec/`."""
