"""What measures Evenhand: rosters against the public record, pages under load."""
